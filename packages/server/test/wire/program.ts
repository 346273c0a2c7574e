import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'

/** Time limit for the start of a program, in milliseconds. */
const START_MS = 60_000

/** Program that listens on a port. */
export interface Program {
  readonly port: number
  readonly pid: number
  /** Returns its output so far. */
  output(): string
  /** Ends it by SIGTERM, and by SIGKILL if it is still running after a time. Resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Returns a free port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

/** Starts a program with a free port in the variable PORT, and waits until it listens there. */
export async function startProgram(
  command: readonly [program: string, ...args: string[]],
  options: { readonly cwd?: string; readonly env?: Record<string, string>; readonly port?: number } = {},
): Promise<Program> {
  const port = options.port ?? (await freePort())
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, PORT: String(port), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'exit').catch((error: Error) => (output += error.message))
  let running = true
  void exited.then(() => (running = false))
  const stop = async () => {
    if (!running) return child.exitCode
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await exited
    clearTimeout(timer)
    return child.exitCode
  }
  for (const start = Date.now(); !(await listens(port));) {
    if (!running || Date.now() - start > START_MS) {
      await stop()
      throw new Error(`${command.join(' ')} did not listen on ${port}:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  return { port, pid: child.pid!, output: () => output, stop }
}
