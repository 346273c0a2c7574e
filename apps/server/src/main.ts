import { fileURLToPath } from 'node:url'
import { existsSync } from 'node:fs'
import frameworks from '../../../frameworks.json' with { type: 'json' }
import { startDemoServer, type DemoServer } from './server.ts'

const host = process.env['HOST'] || '127.0.0.1'
const portText = process.env['PORT'] || '4300'
const built = (app: string) => fileURLToPath(new URL(`../../${app}/dist`, import.meta.url))
const pages = {
  '/': built('gallery'),
  ...Object.fromEntries(frameworks.map(({ name }) => [`/${name}/`, built(name)])),
}

function log(line: string) {
  console.log(`${new Date().toISOString().slice(11, 23)}  ${line}`)
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

async function start(): Promise<DemoServer> {
  const port = Number(portText)
  if (!/^\d+$/.test(portText) || port > 65_535) {
    fail(`The demo server did not start: PORT is ${JSON.stringify(portText)}, which is not a port.
Set PORT to a number from 0 to 65535, or leave it unset for 4300.`)
  }
  try {
    return await startDemoServer({ port, host, pages, log })
  } catch (error) {
    fail(explain(error))
  }
}

const server = await start()
if (existsSync(pages['/'])) {
  log(`The demo is at ${server.url}  (open it in a browser; press Ctrl-C to stop)`)
} else {
  log(`The streams are at ${server.url}/api  (press Ctrl-C to stop)`)
  log(
    'The page is not built yet. Run "pnpm build" and reload, or use "npm run demo", which builds and starts.',
  )
}

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143)
    stopping = true
    log('stopping; press Ctrl-C again to stop immediately')
    void server.close().then(() => {
      log('stopped')
      process.exit(0)
    })
  })
}
