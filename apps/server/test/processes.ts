import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface Running {
  child: ChildProcess
  output(): string
  /** Resolves with the first match in the output of the process. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  exit: Promise<[code: number | null, signal: string | null]>
}

/** Creates a folder that is removed at the end of the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'demo-server-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function run(args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, ['--conditions=@headwater/source', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const exit = once(child, 'close') as Running['exit']
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  async function printed(pattern: RegExp) {
    for (;;) {
      const match = pattern.exec(output)
      if (match) return match
      const exited = exit.then(([code]) => {
        throw new Error(`exited with ${code} and did not print ${pattern}, but:\n${output}`)
      })
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), exited])
    }
  }
  return { child, output: () => output, printed, exit }
}

/** Starts the demo on a free port. `left` lists what it has left in its temporary folder. */
export async function runDemo(args: string[] = [], env: Record<string, string> = {}) {
  const folder = temporaryFolder()
  const demo = run([main, ...args], { PORT: '0', HOST: '127.0.0.1', TMPDIR: folder, DATA: '', ...env })
  const [, url = ''] = await demo.printed(/at (http:\/\/127\.0\.0\.1:\d+)/)
  return { ...demo, url, left: () => readdirSync(folder) }
}

/** Runs the demo until it fails, and returns its output. */
export async function failingDemo(args: string[], env: Record<string, string>): Promise<string> {
  const demo = run([main, ...args], { HOST: '127.0.0.1', TMPDIR: temporaryFolder(), DATA: '', ...env })
  const [code] = await demo.exit
  if (code !== 1) throw new Error(`exited with ${code}:\n${demo.output()}`)
  return demo.output()
}

/** Returns true while a process runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export interface Processes {
  readonly size: number
  readonly processes: readonly { process: number; pid: number; openedAt: number | null }[]
  readonly canKill: boolean
}

export async function processesOf(url: string, query = ''): Promise<Processes> {
  return (await (await fetch(`${url}/api/processes${query}`)).json()) as Processes
}
