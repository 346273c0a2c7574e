import { systemClock } from '../platform/clock.ts'
import { guard, SseError } from '../errors.ts'
import { transition } from './transition.ts'
import type { Message } from '../protocol/message.ts'
import {
  type AttemptContext,
  checkUrl,
  type ConnectionOptions,
  type PerAttempt,
  type StreamUrl,
} from '../options.ts'
import { type Page, systemPage } from '../platform/page.ts'
import { createParser } from '../protocol/parser.ts'
import { createPolicy, isRefusal } from './retry-policy.ts'
import { type ConnectionState, type Effect, INITIAL, type Occurrence } from './state.ts'
import { broken, canBeSent, openTransport } from './transport.ts'

/** How long a page is kept from painting, in milliseconds. */
const BUSY_MS = 8

/** Whom a connection tells. None of these may throw. */
export interface ConnectionListener {
  /** More comes: what does not change within a chunk may be looked up now. */
  onChunk(): void
  /** A promise says: read no further until I am done. */
  onMessage(message: Message): PromiseLike<unknown> | undefined
  onComment?: ((comment: string) => void) | undefined
  /** The state is another one. */
  onChange(state: ConnectionState): void
}

/** Performs what the machine orders, and tells it what came of it. Decides nothing. */
export interface Connection {
  readonly state: ConnectionState
  readonly lastEventId: string
  /** Puts what happened into the inbox, where each input is run to completion before the next. */
  tell(occurrence: Occurrence): void
}

/** Makes a connection. Nothing happens until it is told to `open`. */
export function createConnection(
  url: () => StreamUrl,
  options: () => ConnectionOptions,
  listener: ConnectionListener,
  page: Page = systemPage,
): Connection {
  const { clock = systemClock, initialLastEventId, maxMessageLength, lastEventIdStore, unref } = options()
  const inbox: Occurrence[] = []
  let machine = INITIAL
  let unschedule: (() => void) | undefined
  let unlisten: (() => void) | undefined
  let controller: AbortController | undefined
  /** The refresh that the headers of the present attempt come from, or come after. */
  let known: Refresh | undefined
  let kept = initialLastEventId || undefined

  // What the chunk in hand has brought.
  let messages = 0
  let retryMs: number | undefined
  let hold: Promise<unknown> | undefined
  const parser = createParser({
    lastEventId: initialLastEventId,
    maxMessageLength,
    onComment: listener.onComment,
    onMessage(message) {
      messages++
      const slow = listener.onMessage(message)
      if (slow) hold = Promise.allSettled([hold, slow])
    },
    onRetry: (ms) => (retryMs = ms),
  })

  function tell(occurrence: Occurrence): void {
    if (inbox.push(occurrence) > 1) return
    for (; inbox[0]; inbox.shift()) step(inbox[0])
  }

  function step(occurrence: Occurrence): void {
    const before = machine
    const resumable = canBeSent(parser.lastEventId)
    const input = { ...occurrence, at: clock.now(), jitter: clock.random(), resumable }
    const [after, effects] = transition(before, input, createPolicy(options()))
    machine = after
    effects.forEach(perform)
    // What changes nothing is no step: an inspector that closes the stream at each would never come to an end.
    if (before === after) return
    const { inspect } = options()
    if (inspect) guard(() => inspect({ event: input, before, after, effects }))
    if (before.state !== after.state) listener.onChange(after.state)
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'connect':
        if (lastEventIdStore && kept === undefined)
          parser.reset((kept = guard(() => lastEventIdStore.get()) ?? ''))
        controller = new AbortController()
        void run(effect, controller.signal)
        return
      case 'disconnect':
        parser.close()
        return controller?.abort()
      case 'schedule':
        unschedule?.()
        unschedule = clock.timer(() => tell({ type: 'woke' }), effect.delayMs, unref)
        return
      case 'unschedule':
        return unschedule?.()
      case 'listen':
        unlisten = listen()
        return
      case 'unlisten':
        return unlisten?.()
    }
  }

  function listen(): () => void {
    const { signal } = options()
    const close = () => tell({ type: 'close' })
    signal?.addEventListener('abort', close)
    if (signal?.aborted) close()
    const leave = page.observe((by, present) => tell({ type: present ? 'hindered' : 'unhindered', by }))
    return () => {
      signal?.removeEventListener('abort', close)
      leave()
    }
  }

  async function run(
    { generation, attempt, error }: Extract<Effect, { type: 'connect' }>,
    signal: AbortSignal,
  ): Promise<void> {
    let address = 'The stream'
    try {
      // Whoever closes at once, an aborted signal for instance, sees no option asked for.
      await undefined
      if (signal.aborted) return
      const { lastEventId } = parser
      const context = { attempt, lastEventId, error }
      const [given, headers, body] = await Promise.all([
        resolve('url', url(), context),
        resolveHeaders(context),
        resolve('body', options().body, context),
      ])
      if (signal.aborted) return
      address = checkUrl(given, page.address())
      const request = { ...options(), url: address, headers, body, lastEventId }
      const { read } = await openTransport(request, signal, clock)
      // Another attempt may have begun while this one was on its way.
      if (signal.aborted) return
      parser.reset()
      tell({ type: 'accepted', generation })
      for (let busyMs = 0; ;) {
        // What waits to be read comes without a task in between, however much it is: a page could not paint.
        if (busyMs >= BUSY_MS) {
          await page.pause?.()
          busyMs = 0
        }
        const chunk = await read()
        if (signal.aborted) return
        if (!chunk) throw new SseError('ended', `The server ended its answer to ${address}.`)
        const since = clock.now()
        receive(chunk, generation)
        busyMs += clock.now() - since
        if (!hold) continue
        tell({ type: 'held', generation, held: true })
        await hold
        tell({ type: 'held', generation, held: false })
      }
    } catch (error) {
      tell({ type: 'lost', generation, error: error instanceof SseError ? error : broken(address, error) })
    }
  }

  /** One refresh serves every stream whose refused headers are older than its answer. */
  function resolveHeaders(context: AttemptContext): Promise<HeadersInit | undefined> {
    const { headers } = options()
    const ask = () => resolve('headers', headers, context)
    if (typeof headers !== 'function') return ask()
    if (!isRefusal(context.error)) {
      known = answered.get(headers)
      return ask()
    }
    let refresh = asked.get(headers)
    if (!refresh || refresh === known) {
      const settled = (refresh = ask())
      const settle = () => void answered.set(headers, settled)
      settled.then(settle, settle)
      asked.set(headers, settled)
    }
    return (known = refresh)
  }

  function receive(chunk: Uint8Array, generation: number): void {
    listener.onChunk()
    messages = 0
    retryMs = hold = undefined
    const before = parser.comments
    parser.feed(chunk)
    const { midMessage, lastEventId } = parser
    tell({ type: 'received', generation, messages, comments: parser.comments - before, midMessage, retryMs })
    if (lastEventIdStore && lastEventId !== kept) guard(() => lastEventIdStore.set((kept = lastEventId)))
  }

  return {
    get state() {
      return machine.state
    },
    get lastEventId() {
      return parser.lastEventId
    },
    tell,
  }
}

type Refresh = Promise<HeadersInit | undefined>

/** The last refresh of each `headers` function after a 401 or 403: the last that was asked for, and the last that was answered. */
const asked = new WeakMap<object, Refresh>()
const answered = new WeakMap<object, Refresh>()

async function resolve<Value>(
  option: string,
  value: PerAttempt<Value>,
  context: AttemptContext,
): Promise<Value> {
  if (typeof value !== 'function') return value
  try {
    return await (value as (context: AttemptContext) => Value | PromiseLike<Value>)(context)
  } catch (cause) {
    throw new SseError('option-failed', `Option ${option} threw: ${String(cause)}`, {
      option,
      cause,
    })
  }
}
