import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import frameworks from '../../../frameworks.json' with { type: 'json' }
import { startFleet, type RunningFleet } from './primary.ts'
import { print } from './print.ts'
import { findRedisServer, freePort, startRedisServer } from './redis-server.ts'

const maxProcesses = 16
const host = process.env['HOST'] || '127.0.0.1'
const portText = process.env['PORT'] || '4300'
const built = (app: string) => fileURLToPath(new URL(`../../${app}/dist`, import.meta.url))
const pages = {
  '/': built('gallery'),
  ...Object.fromEntries(frameworks.map(({ name }) => [`/${name}/`, built(name)])),
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const where = `port ${portText} of ${host}`
  if (code === 'EADDRINUSE') {
    return `The demo server did not start: another program already listens on ${where}.
Stop that program, or choose another port: PORT=${Number(portText) + 1} npm run demo`
  }
  if (code === 'EACCES') {
    return `The demo server did not start: this account may not listen on ${where}.
Choose a port above 1023: PORT=4300 npm run demo`
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `The demo server did not start: this machine has no address ${host} (HOST).
Leave HOST unset to listen on this machine only, or set HOST=0.0.0.0 for all its addresses.`
  }
  return `The demo server did not start: ${error instanceof Error ? error.message : String(error)}`
}

function processesIn(args: readonly string[]): number {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { processes: { type: 'string', default: '1' } },
    })
    const processes = Number(values.processes)
    if (Number.isInteger(processes) && processes >= 1 && processes <= maxProcesses) return processes
  } catch {
    // The message below says what is possible.
  }
  return fail(`Usage: npm run demo -- --processes <1 to ${maxProcesses}>`)
}

/** Starts Redis, and says so. */
async function startRedis(folder: string) {
  const program = findRedisServer()
  if (program === undefined) {
    fail(`Several processes share their messages in Redis, and there is no redis-server in PATH.
Install it (Debian: apt-get install redis-server; macOS: brew install redis), or set REDIS_SERVER_PATH.
With one process, "npm run demo" needs nothing: it uses SQLite.`)
  }
  const redis = await startRedisServer(program, folder)
  print(`started ${program} at ${redis.url}, without persistence`)
  return redis
}

async function start(): Promise<RunningFleet> {
  const processes = processesIn(process.argv.slice(2))
  const port = Number(portText)
  if (!/^\d+$/.test(portText) || port > 65_535) {
    fail(`The demo server did not start: PORT is ${JSON.stringify(portText)}, which is not a port.
Set PORT to a number from 0 to 65535, or leave it unset for 4300.`)
  }
  // DATA keeps the log for the next start.
  const own = process.env['DATA']
  const folder = own || mkdtempSync(join(tmpdir(), 'headwater-demo-'))
  if (!own) process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  try {
    const redis = processes > 1 ? await startRedis(folder) : undefined
    process.on('exit', () => redis?.child.kill())
    const fleet = await startFleet({
      // A port that all processes know, also one that starts later.
      port: port === 0 ? await freePort(host) : port,
      host,
      pages,
      processes,
      storage: redis ? { url: redis.url } : { folder },
      companion: redis?.child.pid ?? null,
      log: print,
    })
    redis?.child.on('exit', () => {
      if (!stopping) fail('Redis has ended, so the demo server ends, too.')
    })
    return fleet
  } catch (error) {
    fail(explain(error))
  }
}

let stopping = false
const fleet = await start()
if (existsSync(pages['/'])) {
  print(`The demo is at ${fleet.url}  (open it in a browser; press Ctrl-C to stop)`)
} else {
  print(`The streams are at ${fleet.url}/api  (press Ctrl-C to stop)`)
  print(
    'The page is not built yet. Run "pnpm build" and reload, or use "npm run demo", which builds and starts.',
  )
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143)
    stopping = true
    print('stopping; press Ctrl-C again to stop immediately')
    void fleet.close().then(() => {
      print('stopped')
      process.exit(0)
    })
  })
}
