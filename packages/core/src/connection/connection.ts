import { systemClock } from '../platform/clock.ts'
import { guard } from '../errors.ts'
import type { ConnectionOptions, Step, StreamUrl } from '../options.ts'
import { type Page, systemPage } from '../platform/page.ts'
import type { Message } from '../protocol/message.ts'
import { createParser } from '../protocol/parser.ts'
import { runAttempt } from './attempt.ts'
import { combine, DELIVERED, type DeliveryResult } from './delivery.ts'
import { createHeaderResolver } from './header-refresh.ts'
import { createMailbox } from './mailbox.ts'
import { createPolicy } from './retry-policy.ts'
import { createMachine } from './state.ts'
import type { ConnectionEventBody, ConnectionSnapshot, ConnectionState, Effect, Machine } from './state.ts'
import { transition } from './transition.ts'
import { isSendableId } from './transport.ts'

/** Callbacks of a connection. None of them may throw. */
export interface ConnectionListener {
  /** Called before the messages of a chunk. */
  onChunk(): void
  onMessage(message: Message): DeliveryResult
  onComment?: ((comment: string) => void) | undefined
  onStateChange(state: ConnectionState): void
}

/** Connection that performs the effects of its state machine and sends it events. Decides nothing itself. */
export interface Connection {
  readonly state: ConnectionState
  readonly lastEventId: string
  /** Sends an event to the state machine. */
  send(event: ConnectionEventBody): void
}

/** Creates a connection. Does nothing until it is sent `open`. */
export function createConnection(
  url: () => StreamUrl,
  options: () => ConnectionOptions,
  listener: ConnectionListener,
  page: Page = systemPage,
): Connection {
  const { clock = systemClock, initialLastEventId, maxMessageLength, lastEventIdStore } = options()
  let machine = createMachine()
  let persistedId = initialLastEventId || undefined
  const resolveHeaders = createHeaderResolver()
  const send = createMailbox(step)
  const perform = createEffects(options, page, send, { connect, disconnect: () => parser.close() })

  // Result of the current chunk.
  let messages = 0
  let retryMs: number | undefined
  let delivery = DELIVERED
  const parser = createParser({
    lastEventId: initialLastEventId,
    maxMessageLength,
    onComment: listener.onComment,
    onMessage(message) {
      messages++
      const { generation } = machine
      const result = listener.onMessage(message)
      delivery = combine(delivery, result)
      // A listener that closed the stream has ended this attempt already.
      if (result.ended && generation === machine.generation) send({ type: 'terminated', error: result.error })
    },
    onRetry: (ms) => (retryMs = ms),
  })

  function step(body: ConnectionEventBody): void {
    const before = machine
    const resumable = isSendableId(parser.lastEventId)
    const event = { ...body, at: clock.now(), jitter: clock.random(), resumable }
    const [after, effects] = transition(before, event, createPolicy(options()))
    machine = after
    effects.forEach(perform)
    // An event without effect is not inspected: an inspector that closes the stream at each event would never end.
    if (before === after) return
    const { inspect } = options()
    if (inspect) guard(inspect, { event, before: snapshotOf(before), after: snapshotOf(after), effects })
    if (before.state !== after.state) listener.onStateChange(after.state)
  }

  async function connect(effect: Extract<Effect, { type: 'connect' }>, signal: AbortSignal): Promise<void> {
    const { generation, attempt, error } = effect
    if (lastEventIdStore && persistedId === undefined)
      parser.reset((persistedId = guard(() => lastEventIdStore.get()) ?? ''))
    const failure = await runAttempt({
      context: { attempt, lastEventId: parser.lastEventId, error },
      url,
      options,
      resolveHeaders,
      signal,
      clock,
      page,
      onAccepted() {
        parser.reset()
        send({ type: 'accepted', generation })
      },
      onChunk: (chunk) => receive(chunk, generation),
      onBackpressure: (active) => send({ type: 'backpressure', generation, active }),
    })
    if (failure) send({ type: 'attempt-failed', generation, error: failure })
  }

  function receive(chunk: Uint8Array, generation: number): PromiseLike<unknown> | undefined {
    listener.onChunk()
    messages = 0
    retryMs = undefined
    delivery = DELIVERED
    const commentsBefore = parser.comments
    parser.feed(chunk)
    const { midMessage, lastEventId } = parser
    const comments = parser.comments - commentsBefore
    send({ type: 'received', generation, messages, comments, midMessage, retryMs })
    if (lastEventIdStore && lastEventId !== persistedId)
      guard(() => lastEventIdStore.set((persistedId = lastEventId)))
    return delivery.waitFor
  }

  return {
    get state() {
      return machine.state
    },
    get lastEventId() {
      return parser.lastEventId
    },
    send,
  }
}

/** Creates the function that performs effects. Holds the timer, the request's AbortController and the page's listeners. */
function createEffects(
  options: () => ConnectionOptions,
  page: Page,
  send: (event: ConnectionEventBody) => void,
  socket: {
    connect(effect: Extract<Effect, { type: 'connect' }>, signal: AbortSignal): Promise<void>
    disconnect(): void
  },
): (effect: Effect) => void {
  const { clock = systemClock, unref } = options()
  let clearTimer: (() => void) | undefined
  let unobserve: (() => void) | undefined
  let controller: AbortController | undefined

  function observe(): () => void {
    const { signal } = options()
    const close = () => send({ type: 'close' })
    signal?.addEventListener('abort', close)
    if (signal?.aborted) close()
    const unobservePage = page.observe((reason, active) =>
      send({ type: active ? 'pause' : 'resume', reason }),
    )
    return () => {
      signal?.removeEventListener('abort', close)
      unobservePage()
    }
  }

  return (effect) => {
    switch (effect.type) {
      case 'connect':
        controller = new AbortController()
        void socket.connect(effect, controller.signal)
        return
      case 'disconnect':
        socket.disconnect()
        return controller?.abort()
      case 'set-timer':
        clearTimer?.()
        clearTimer = clock.timer(() => send({ type: 'timer-fired' }), effect.delayMs, unref)
        return
      case 'clear-timer':
        return clearTimer?.()
      case 'observe-page':
        unobserve = observe()
        return
      case 'unobserve-page':
        return unobserve?.()
    }
  }
}

function snapshotOf({ state, generation, failures, retryMs, timerAt }: Machine): ConnectionSnapshot {
  return { state, generation, failures, retryMs, timerAt: timerAt === Infinity ? undefined : timerAt }
}
