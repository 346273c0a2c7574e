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

/** A page whose events a test emits. */
export interface FakePage extends Page {
  /** Tells all listeners that a reason to pause has begun or ended. */
  emit(reason: PauseReason, active: boolean): void
  /** Number of listeners. */
  readonly listeners: number
}

/** Creates a page. A hidden page tells each new listener that it is hidden. */
export function createFakePage(hidden = false): FakePage {
  const listeners = new Set<(reason: PauseReason, active: boolean) => void>()
  return {
    showsFrames: () => false,
    address: () => 'https://example.com/',
    observe(listener) {
      listeners.add(listener)
      if (hidden) listener('hidden', true)
      return () => void listeners.delete(listener)
    },
    emit: (reason, active) => [...listeners].forEach((listener) => listener(reason, active)),
    get listeners() {
      return listeners.size
    },
  }
}

/** A stream with a fake server, a fake clock and a fake page, and a record of its messages and states. */
export interface Harness {
  readonly clock: FakeClock
  readonly server: FakeServer
  readonly page: FakePage
  readonly stream: EventStream
  readonly messages: Message[]
  /** Every state except the first, in order. */
  readonly states: ConnectionState[]
  readonly state: ConnectionState
  /** Opens the stream with listeners that record messages and states. Returns the function that removes them. */
  subscribe(): () => void
  /** Closes the stream and describes everything that is still alive. */
  closeAndFindLeaks(): Promise<string[]>
}

export type HarnessOptions = EventStreamOptions & {
  readonly url?: StreamUrl
  readonly startsHidden?: boolean
}

export function createHarness(options: HarnessOptions | (() => HarnessOptions) = {}): Harness {
  const current = typeof options === 'function' ? options : () => options
  const { url = 'https://example.com/news', startsHidden = false } = current()
  const clock = createFakeClock()
  const server = createFakeServer()
  const page = createFakePage(startsHidden)
  const messages: Message[] = []
  const states: ConnectionState[] = []
  const stream = createEventStream(url, () => {
    const { url: _, startsHidden: __, ...given } = current()
    return { clock, page, fetch: server.fetch, ...given }
  })
  let last: ConnectionState = stream.getSnapshot()
  const recordState = () => {
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
    subscribe() {
      const unsubscribe = stream.subscribe(recordState)
      const removeListener = stream.onMessage((message) => void messages.push(message))
      return () => {
        unsubscribe()
        removeListener()
      }
    },
    async closeAndFindLeaks() {
      stream.close()
      await clock.advance(2_000)
      const leaks: string[] = []
      if (server.connections > 0) leaks.push(`${server.connections} connections`)
      if (clock.timers > 0) leaks.push(`${clock.timers} timers`)
      if (clock.frames > 0) leaks.push(`${clock.frames} frames`)
      if (page.listeners > 0) leaks.push(`${page.listeners} listeners`)
      return leaks
    },
  }
}

/** Waits until a condition is true. Throws an error with the description after `withinMs` milliseconds. */
export async function waitFor(
  description: string,
  condition: () => boolean,
  withinMs = 5_000,
): Promise<void> {
  const end = Date.now() + withinMs
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms for ${description}.`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
