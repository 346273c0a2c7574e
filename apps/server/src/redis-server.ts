import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'

export interface RedisServer {
  readonly url: string
  readonly child: ChildProcess
}

/** Returns the path of an installed `redis-server`, or of its fork Valkey: `REDIS_SERVER_PATH`, or the first one in `PATH`. */
export function findRedisServer(): string | undefined {
  const { REDIS_SERVER_PATH: own = '', PATH = '' } = process.env
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  const names = ['redis-server', 'valkey-server']
  return [own, ...folders.flatMap((folder) => names.map((name) => join(folder, name)))].find(
    (path) => path !== '' && isExecutable(path),
  )
}

/** Starts a server on a free port of this machine. It keeps its data in memory. Rejects with its output if it ends at once. */
export async function startRedisServer(program: string, folder: string): Promise<RedisServer> {
  const port = await freePort()
  const options = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  // Detached, so that Ctrl-C does not end Redis before the processes that use it.
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  const isReady = new Promise<boolean>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = `${output}${text}`.slice(-2000)
        if (output.includes('Ready to accept connections')) resolve(true)
      })
    child.on('exit', () => resolve(false))
    child.on('error', (error) => {
      output = error.message
      resolve(false)
    })
  })
  if (!(await isReady)) throw new Error(`${program} did not start:\n${output}`)
  return { url: `redis://127.0.0.1:${port}`, child }
}

/** Returns a port of this machine that nobody listens on. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
