import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { createBaseServer } from './base-server.ts'
import { createFakePage, waitFor } from './harness.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const ROUNDS = 1_000

test(
  `opening and closing ${ROUNDS} streams in every state leaks no socket, timer, listener or memory`,
  { timeout: 60_000 },
  async () => {
    const server = await createBaseServer((request, response) => {
      response.setHeader('connection', 'close')
      const round = Number(request.url!.slice(1)) % 5
      if (round === 0) return // No response.
      if (round === 1) return void response.writeHead(503).end('down')
      if (round === 2)
        return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: x\n\n')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\ndata: x\n\ndata: half')
    })
    let timers = 0
    const clock: Clock = {
      ...systemClock,
      timer(callback, ms) {
        timers++
        let running = true
        const end = () => void (running && (timers--, (running = false)))
        const cancel = systemClock.timer(() => (end(), callback()), ms)
        return () => (end(), cancel())
      },
    }
    const page = createFakePage()
    const signals = new Set<AbortSignal>()
    const { signal } = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...all: unknown[]) => (
      listeners++,
      addEventListener.apply(signal, all as never)
    )
    signal.removeEventListener = (...all: unknown[]) => (
      listeners--,
      removeEventListener.apply(signal, all as never)
    )

    async function round(number: number): Promise<void> {
      const stream = createEventStream(`${server.origin}/${number}`, {
        clock,
        page,
        signal,
        closeDelayMs: 0,
        fetch(input, init) {
          signals.add(init!.signal!)
          return fetch(input, init)
        },
      })
      const unsubscribe = stream.onMessage(() => undefined)
      // Some are closed while connecting, others after the response.
      if (number % 3 > 0) await new Promise((resolve) => setTimeout(resolve, number % 3))
      if (number % 7 === 0)
        await waitFor('a response', () => stream.getSnapshot().status !== 'connecting' || number % 5 === 0)
      if (number % 2) stream.close()
      unsubscribe()
    }

    const heap = async () => {
      for (let turn = 0; turn < 3; turn++) {
        collectGarbage()
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return process.memoryUsage().heapUsed
    }
    for (let number = 0; number < 200; number++) await round(number)
    await waitFor('all timers to end', () => timers === 0)
    signals.clear()
    const before = await heap()
    for (let number = 0; number < ROUNDS; number++) await round(number)
    await waitFor('all timers to end', () => timers === 0)
    await waitFor('all requests to end', () => [...signals].every(({ aborted }) => aborted))
    await waitFor('all sockets to close', () => server.sockets === 0)
    signals.clear()
    const growth = (await heap()) - before
    console.log(
      `${ROUNDS} rounds: ${server.requests} requests, heap ${growth < 0 ? '' : '+'}${Math.round(growth / 1024)} KiB`,
    )
    expect({ timers, listeners, page: page.listeners }).toEqual({ timers: 0, listeners: 0, page: 0 })
    expect(growth).toBeLessThan(2 * 2 ** 20)
    await server.close()
  },
)
