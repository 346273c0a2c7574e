import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../apps/server/src/main.ts', import.meta.url))

/** A demo server in its own process. */
export interface DemoServer {
  readonly url: string
  readonly port: number
  /** Kills the process with SIGKILL: the server closes no connection properly. */
  kill(): Promise<void>
}

export interface Stats {
  open: number
  opened: number
  answered503: number
  lastEventIds: string[]
  chatsStopped: number
}

/** Starts a demo server on the given port, or on a free one. Resolves when it listens. */
export async function startDemoServer(port = 0): Promise<DemoServer> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A failed test does not reach its call of kill().
  const killChild = () => void child.kill('SIGKILL')
  process.once('exit', killChild)
  child.once('exit', () => process.off('exit', killChild))
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => /http:\/\/[\d.]+:\d+/.exec(String(line))?.[0]),
    exited,
  ])
  // Keep reading the log. A full pipe would block the server.
  lines.on('line', () => {})
  if (typeof url !== 'string') throw new Error('The demo server did not start.')
  return {
    url,
    port: Number(new URL(url).port),
    async kill() {
      killChild()
      await exited
    },
  }
}
