import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../apps/server/src/main.ts', import.meta.url))

/** A demo server, as a process of its own. */
export interface DemoServer {
  readonly url: string
  readonly port: number
  /** As by `kill -9`: the server has no chance to say goodbye. */
  kill(): Promise<void>
}

export interface Stats {
  open: number
  opened: number
  answered503: number
  lastEventIds: string[]
  chatsStopped: number
}

/** Starts one on a free port, or on the one named; resolves when it listens. */
export async function startDemoServer(port = 0): Promise<DemoServer> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A test that fails does not come to end it.
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => /http:\/\/[\d.]+:\d+/.exec(String(line))?.[0]),
    exited,
  ])
  // The log is read on, so that the server never waits for us.
  lines.on('line', () => {})
  if (typeof url !== 'string') throw new Error('The demo server did not start.')
  return {
    url,
    port: Number(new URL(url).port),
    async kill() {
      end()
      await exited
    },
  }
}
