// The server of the load test, in a process of its own. Publishes at a constant rate, and measures itself. Ends with its parent.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { createChannel, memoryLog } from '../../src/index.ts'

/** Command for the process. It answers each one. */
export type ServerTask =
  | { readonly task: 'warm up'; readonly stalled: number }
  | { readonly task: 'memory' }
  | { readonly task: 'publish'; readonly ms: number; readonly perSecond: number }
  | { readonly task: 'close'; readonly spreadMs: number }

export interface Memory {
  readonly heap: number
  readonly readers: number
}

export interface Published {
  readonly count: number
  /** Longest time until a call of `publish` was resolved, in milliseconds. */
  readonly slowestMs: number
}

const [stallMs] = process.argv.slice(2)
const channel = createChannel('load', {
  log: memoryLog({ maxMessages: 100 }),
  format: 'text',
  stallMs: Number(stallMs),
  heartbeatMs: Math.min(8000, Number(stallMs)),
})
const responses = new Set<ServerResponse>()
const server = createServer((request, response) => {
  responses.add(response)
  response.on('close', () => responses.delete(response))
  void channel.handle(request, response)
})
const data = 'x'.repeat(1000)

/** Measures what is left after a garbage collection. */
async function memory(): Promise<Memory> {
  for (let round = 0; round < 3; round++) {
    ;(globalThis as { gc?(): void }).gc!()
    await wait(10)
  }
  return { heap: process.memoryUsage().heapUsed, readers: channel.readers }
}

/**
 * Fills all that holds messages, so that it does not grow later: what readers share, and what the system buffers for readers that do not
 * read, which is 4 MB on Linux.
 */
async function warmUp(stalled: number): Promise<Memory> {
  for (let full = 0, round = 0; (full < 20 && round < 1000) || round < 40; round++) {
    await Promise.all(Array.from({ length: 100 }, () => channel.publish('message', data)))
    await wait(5)
    const waiting = [...responses].filter(({ writableNeedDrain }) => writableNeedDrain)
    full = waiting.length >= stalled ? full + 1 : 0
  }
  return memory()
}

async function publish(ms: number, perSecond: number): Promise<Published> {
  const begin = performance.now()
  let slowestMs = 0
  let count = 0
  for (; count < (ms * perSecond) / 1000; count++) {
    await wait(Math.max(0, begin + (count * 1000) / perSecond - performance.now()))
    const before = performance.now()
    await channel.publish('message', data)
    slowestMs = Math.max(slowestMs, performance.now() - before)
  }
  return { count, slowestMs }
}

async function run(task: ServerTask): Promise<unknown> {
  if (task.task === 'memory') return memory()
  if (task.task === 'warm up') return warmUp(task.stalled)
  if (task.task === 'publish') return publish(task.ms, task.perSecond)
  return channel.close({ spreadMs: task.spreadMs })
}

process.on('message', async (task: ServerTask) => process.send!((await run(task)) ?? null))
process.on('disconnect', () => process.exit())
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send!((server.address() as AddressInfo).port),
)
