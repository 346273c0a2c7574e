import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../apps/server/src/main.ts', import.meta.url))

/** A demo server in its own process. */
export interface DemoServer {
  readonly url: string
  /** Kills the server with SIGKILL: it closes no connection properly. Its log stays. */
  kill(): Promise<void>
  /** Starts it again after it was killed: on the same port, with the same log. */
  restart(): Promise<void>
  /** Kills the server and removes its log. */
  remove(): Promise<void>
}

export interface Stats {
  open: number
  opened: number
  answered503: number
  lastEventIds: string[]
  chatsStopped: number
}

/** Starts a demo server on a free port. Resolves when it listens. */
export async function startDemoServer(...args: string[]): Promise<DemoServer> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-e2e-'))
  let running = await start(folder, '0', args)
  const { url } = running
  return {
    url,
    kill: () => running.kill(),
    async restart() {
      running = await start(folder, new URL(url).port, args)
    },
    async remove() {
      await running.kill()
      // The process that has the log open ends a moment after the one that was killed.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

async function start(folder: string, port: string, args: string[]) {
  mkdirSync(folder, { recursive: true })
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: port, DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A failed test does not reach its call of kill().
  const killChild = () => void child.kill('SIGKILL')
  process.once('exit', killChild)
  child.once('exit', () => process.off('exit', killChild))
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)
  const url = await new Promise<string>((resolve, reject) => {
    // Keeps reading the log: a full pipe would block the server.
    lines.on('line', (line) => {
      const [found] = / at (http:[^ ]+)/.exec(line)?.slice(1) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error('The demo server did not start.')))
  })
  return {
    url,
    async kill() {
      killChild()
      await exited
    },
  }
}
