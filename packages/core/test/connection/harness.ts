import type { EventStream, EventStreamOptions } from '../../src/stream/contract.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import type { Message } from '../../src/protocol/message.ts'
import type { StreamUrl } from '../../src/options.ts'
import type { PauseReason, Page } from '../../src/platform/page.ts'
import type { ConnectionState } from '../../src/connection/state.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

export { createRandom } from './base-server.ts'

/** A page that does what it is told. */
export interface FakePage extends Page {
  tell(by: PauseReason, present: boolean): void
  readonly listeners: number
}

export function createFakePage(hidden = false): FakePage {
  const listeners = new Set<(by: PauseReason, present: boolean) => void>()
  return {
    showsFrames: () => false,
    address: () => 'https://example.com/',
    observe(listener) {
      listeners.add(listener)
      if (hidden) listener('hidden', true)
      return () => void listeners.delete(listener)
    },
    tell: (by, present) => [...listeners].forEach((listener) => listener(by, present)),
    get listeners() {
      return listeners.size
    },
  }
}

/** A stream between a fake server, a fake clock and a fake page, and what came of it. */
export interface Bench {
  readonly clock: FakeClock
  readonly server: FakeServer
  readonly page: FakePage
  readonly stream: EventStream
  readonly messages: Message[]
  /** Every state but the first, in order. */
  readonly states: ConnectionState[]
  readonly state: ConnectionState
  /** Opens the stream with a listener, and returns what takes it away. */
  join(): () => void
  /** Lets go, and checks that nothing is left. */
  finish(): Promise<string[]>
}

export interface BenchOptions extends EventStreamOptions {
  readonly at?: StreamUrl
  readonly startsHidden?: boolean
}

export function createBench(options: BenchOptions | (() => BenchOptions) = {}): Bench {
  const current = typeof options === 'function' ? options : () => options
  const { at = 'https://example.com/news', startsHidden = false } = current()
  const clock = createFakeClock()
  const server = createFakeServer()
  const page = createFakePage(startsHidden)
  const messages: Message[] = []
  const states: ConnectionState[] = []
  const stream = createEventStream(at, () => ({ clock, page, fetch: server.fetch, ...current() }))
  let last: ConnectionState = stream.getSnapshot()
  const look = () => {
    const { data: _, lastEventId: __, open: ___, close: ____, ...state } = stream.getSnapshot()
    if (JSON.stringify(state) !== JSON.stringify(last)) states.push(state)
    last = state
  }
  return {
    clock,
    server,
    page,
    stream,
    messages,
    states,
    get state() {
      return stream.getSnapshot()
    },
    join() {
      const leaveState = stream.subscribe(look)
      const leaveMessages = stream.onMessage((message) => void messages.push(message))
      return () => {
        leaveState()
        leaveMessages()
      }
    },
    async finish() {
      stream.close()
      await clock.advance(2_000)
      const left: string[] = []
      if (server.connections > 0) left.push(`${server.connections} connections`)
      if (clock.timers > 0) left.push(`${clock.timers} timers`)
      if (clock.frames > 0) left.push(`${clock.frames} frames`)
      if (page.listeners > 0) left.push(`${page.listeners} listeners`)
      return left
    },
  }
}

/** Waits for what is bound to come, and fails in words when it does not. */
export async function until(what: string, holds: () => boolean, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
