import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { ClientTask, Return } from './clients.ts'
import type { Memory, Published, ServerTask } from './server.ts'

const READERS = Number(process.env['HEADWATER_LOAD_READERS'] ?? 300)
const SECONDS = Number(process.env['HEADWATER_LOAD_SECONDS'] ?? 4)
const isBig = READERS >= 5_000
const STALLED = READERS / 100
/** Longer than the readers take to connect. */
const STALL_MS = isBig ? 90_000 : 2_000
const SPREAD_MS = isBig ? 10_000 : 2_000
const MAX_HEAP_KIB = 12
/** A leak of some readers shows among many only: compiled code grows, too. */
const MAX_GROWTH = isBig ? 1.05 : 1.3
const MAX_PUBLISH_MS = isBig ? 2_000 : 500
const MAX_BACK_AT_ONCE = 0.2

async function start(name: string, ...args: string[]): Promise<{ child: ChildProcess; message: unknown }> {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    execArgv: ['--no-warnings', '--expose-gc', '--conditions=@headwater/source'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, message: (await once(child, 'message'))[0] }
}

async function ask<Answer>(child: ChildProcess, task: ServerTask | ClientTask): Promise<Answer> {
  child.send(task)
  return (await once(child, 'message'))[0] as Answer
}

/** Returns the highest number of times within any 100 ms. */
function maxWithin100Ms(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other)
  let first = 0
  return Math.max(
    ...sorted.map((at, index) => {
      while (sorted[first]! <= at - 100) first++
      return index - first + 1
    }),
  )
}

const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length

test(
  `serves ${READERS} readers, of whom ${STALLED} do not read, for ${SECONDS} s, and spreads their return`,
  { timeout: (SECONDS + 240) * 1000 },
  async () => {
    const server = await start('server.ts', String(STALL_MS))
    const clients = await start('clients.ts')
    const port = server.message as number
    // The first readers start what all share.
    await ask(clients.child, { task: 'connect', port, readers: STALLED + 1, stalled: STALLED })
    const before = await ask<Memory>(server.child, { task: 'warm up', stalled: STALLED })
    await ask(clients.child, { task: 'connect', port, readers: READERS - STALLED - 1, stalled: 0 })
    let memory = before
    while (memory.readers < READERS) memory = await ask<Memory>(server.child, { task: 'memory' })
    const heaps: number[] = []
    const published: Published[] = []
    const end = Date.now() + SECONDS * 1000
    do {
      const ms = (SECONDS * 1000) / 20
      published.push(await ask<Published>(server.child, { task: 'publish', ms, perSecond: isBig ? 1 : 50 }))
      memory = await ask<Memory>(server.child, { task: 'memory' })
      heaps.push((memory.heap - before.heap) / (READERS - before.readers) / 1024)
    } while (Date.now() < end || (memory.readers > READERS - STALLED && Date.now() < end + 60_000))
    const count = published.reduce((sum, each) => sum + each.count, 0)
    const slowestMs = Math.max(...published.map((each) => each.slowestMs))

    const next = await start('server.ts', String(STALL_MS))
    await ask(clients.child, { task: 'follow', port: next.message as number })
    await ask(server.child, { task: 'close', spreadMs: SPREAD_MS })
    let returns: readonly Return[] = []
    while (returns.length < READERS - STALLED) {
      returns = await ask<Return[]>(clients.child, { task: 'returns' })
      await wait(100)
    }
    const told = maxWithin100Ms(returns.map(({ retryMs }) => retryMs)) / returns.length
    const back = maxWithin100Ms(returns.map(({ at }) => at)) / returns.length

    console.log(
      `${READERS} readers, ${count} messages of 1,000 bytes in ${SECONDS} s: heap a reader ${heaps.map((heap) => heap.toFixed(1)).join(' ')} KiB; ` +
        `publish took at most ${slowestMs.toFixed(0)} ms; ${(back * 100).toFixed(1)} % were back within 100 ms`,
    )
    // Those that do not read were sent away.
    expect(memory.readers).toBe(READERS - STALLED)
    expect(Math.max(...heaps)).toBeLessThanOrEqual(MAX_HEAP_KIB)
    const third = Math.ceil(heaps.length / 3)
    expect(mean(heaps.slice(-third)) / mean(heaps.slice(0, third))).toBeLessThanOrEqual(MAX_GROWTH)
    expect(slowestMs).toBeLessThan(MAX_PUBLISH_MS)
    expect(told).toBeLessThanOrEqual(MAX_BACK_AT_ONCE)
    // A machine that pauses all processes brings them together again.
    if (isBig) expect(back).toBeLessThanOrEqual(MAX_BACK_AT_ONCE)
  },
)
