import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** Starts a script of this folder, from the sources. It has said that it is ready. It ends after the test at the latest. */
export async function startScript(name: string, ...args: string[]): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    execArgv: ['--no-warnings', '--conditions=@headwater/source'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${name} exited with ${code}`)
    }),
  ])
  return child
}

/** Server processes on fixed ports, which are killed and restarted. */
export class Processes {
  readonly ports: readonly number[]
  readonly #args: (port: number) => readonly string[]
  readonly #children = new Map<number, ChildProcess>()

  constructor(ports: readonly number[], args: (port: number) => readonly string[]) {
    this.ports = ports
    this.#args = args
  }

  async start(port: number): Promise<void> {
    this.#children.set(port, await startScript('server.ts', ...this.#args(port)))
  }

  /** Kills a process at once. */
  async kill(port: number): Promise<void> {
    const child = this.#children.get(port)!
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Closes the channel of a process, which ends then. */
  async close(port: number, spreadMs: number): Promise<void> {
    const child = this.#children.get(port)!
    child.send(spreadMs)
    await once(child, 'exit')
  }
}
