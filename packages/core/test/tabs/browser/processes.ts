import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** A browser's processes, which end with the test. */
export interface Processes {
  /** Address for remote control. */
  readonly url: string
  /** Returns the processes whose command line has a text. */
  find(text: string): number[]
  /** Ends all processes, and removes the profile. */
  end(): Promise<void>
}

/** Starts a browser with a profile of its own, and waits until it tells its address for remote control. */
export async function startProcesses(
  command: string,
  argumentsFor: (profile: string) => readonly string[],
  prepare: (profile: string) => Promise<void> = async () => undefined,
): Promise<Processes> {
  const profile = await mkdtemp(join(tmpdir(), 'headwater-tabs-'))
  await prepare(profile)
  // A group of its own, so that it can be ended as a whole.
  const child = spawn(command, argumentsFor(profile), {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise((resolve) => child.on('exit', resolve))
  const kill = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  process.on('exit', kill)
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += String(chunk)
      const address = /listening on (ws:\S+)/.exec(text)?.[1]
      if (address) resolve(address)
    })
    child.on('error', reject)
    child.on('exit', () => reject(new Error(`${command} has ended: ${text}`)))
  })
  return {
    url,
    find: (text) => processesOf(child.pid!).filter((pid) => readProc(pid, 'cmdline').includes(text)),
    async end() {
      kill()
      await exited
      process.off('exit', kill)
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** A process that was stopped, and the time of it. */
export interface Stopped {
  readonly pid: number
  readonly at: number
}

/** Finds the process of a page, and stops it at any point. Returns its id, and the time. */
export async function stopProcess(
  list: () => readonly number[],
  evaluate: (expression: string) => Promise<unknown>,
): Promise<Stopped> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pids = list()
    const before = pids.map(cpuOf)
    await evaluate('for (const end = performance.now() + 200; performance.now() < end; );')
    const used = pids.map((pid, index) => cpuOf(pid) - before[index]!)
    const pid = pids[used.indexOf(Math.max(...used))]!
    process.kill(pid, 'SIGSTOP')
    const at = Date.now()
    // Another process may have been busier. A page on a busy machine needs a while to answer.
    const answers = evaluate('1').then(
      () => true,
      () => false,
    )
    if (!(await Promise.race([answers, wait(1000, false)]))) return { pid, at }
    process.kill(pid, 'SIGCONT')
  }
  throw new Error('The process of the page was not found')
}

function processesOf(group: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid && fieldsOf(pid)[2] === String(group))
}

/** Returns the processor time that a process has used. */
function cpuOf(pid: number): number {
  const [user = 0, system = 0] = fieldsOf(pid).slice(11)
  return Number(user) + Number(system)
}

/** Returns the fields of a process after its name, which may contain spaces. */
function fieldsOf(pid: number): string[] {
  const text = readProc(pid, 'stat')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
