import { systemClock } from '../platform/clock.ts'
import { guard } from '../errors.ts'
import type { ConnectionOptions, StreamUrl } from '../options.ts'
import { type Page, systemPage } from '../platform/page.ts'
import { runAttempt } from './attempt.ts'
import type { DeliveryResult } from './delivery.ts'
import { createHeaderResolver } from './header-refresh.ts'
import { createMailbox } from './mailbox.ts'
import { createReader, type ReaderListener } from './reader.ts'
import type { Relay, TabSharing } from './relay.ts'
import { createMachine, isBuffered } from './state.ts'
import type {
  ConnectionEvent,
  ConnectionEventBody,
  ConnectionSnapshot,
  ConnectionState,
  Effect,
  Machine,
} from './state.ts'
import { transition } from './transition.ts'
import { isSendableId, openTransport } from './transport.ts'
import { redactUrl } from './url.ts'

/** Callbacks of a connection. None of them may throw. */
export interface ConnectionListener extends ReaderListener {
  /** Called with each new state, and with the event that led to it. */
  onStateChange(state: ConnectionState, event: ConnectionEventBody): void
  /** Called when the role among the tabs has changed. */
  onRoleChange(): void
  /** Returns true if the server may end the response now: nothing is missing. */
  isComplete(): boolean
}

/** Connection that performs the effects of its state machine and sends it events. Decides nothing itself. */
export interface Connection {
  readonly state: ConnectionState
  readonly lastEventId: string
  /** Relay; `undefined` unless the connection is shared across tabs. */
  readonly relay: Relay | undefined
  /** Sends an event to the state machine. */
  send(event: ConnectionEventBody): void
}

/**
 * Creates a connection. Does nothing until it is sent `open`.
 *
 * @param share Sharing across tabs. Default: none.
 */
export function createConnection(
  url: () => StreamUrl,
  options: () => ConnectionOptions,
  listener: ConnectionListener,
  page: Page = systemPage,
  share?: boolean | TabSharing,
): Connection {
  const { clock = systemClock, initialLastEventId, lastEventIdStore } = options()
  let machine = createMachine()
  let address: string | undefined
  let persistedId = initialLastEventId || undefined
  const resolveHeaders = createHeaderResolver()
  const send = createMailbox(step)
  // A listener that closed the stream has ended the attempt already, and may have opened the next one.
  const onEnded = ({ error }: DeliveryResult) =>
    machine.state.status === 'open' && send({ type: 'terminated', error })
  const reader = createReader(options(), listener, onEnded, (gap) => send({ type: 'gap', gap }))
  const relay = createRelay(share, send)
  const perform = createEffects(options, page, send, { connect, disconnect: reader.close })

  function step(body: ConnectionEventBody): void {
    const before = machine
    const resumable = isSendableId(reader.lastEventId)
    // Whole milliseconds, so that all times derived from it are whole.
    const at = Math.round(clock.monotonic())
    const event = { ...body, at, now: clock.now(), jitter: clock.random(), resumable }
    const [after, effects] = transition(before, event, options(), address)
    machine = after
    effects.forEach(perform)
    // An event without effect is not inspected: an inspector that closes the stream at each event would never end.
    if (before === after) return
    inspectStep(options().inspect, event, before, after, effects)
    relay?.onStep(after.state)
    if (before.state !== after.state) listener.onStateChange(after.state, body)
    if (body.type === 'role') listener.onRoleChange()
  }

  async function connect(effect: Extract<Effect, { type: 'connect' }>, signal: AbortSignal): Promise<void> {
    const { generation, attempt, error } = effect
    if (lastEventIdStore && persistedId === undefined)
      reader.reset((persistedId = guard(() => lastEventIdStore.get()) ?? ''))
    const failure = await runAttempt({
      context: { attempt, lastEventId: reader.lastEventId, error },
      url,
      options,
      resolveHeaders,
      signal,
      clock,
      page,
      open: relay?.open ?? openTransport,
      onRequest: (sent) => void (address = redactUrl(sent)),
      onAccepted(continuity) {
        reader.reset(undefined, continuity !== undefined)
        send({ type: 'accepted', generation, continuity })
      },
      onChunk(chunk) {
        send({ type: 'received', generation, batch: reader.read(chunk) })
        const { lastEventId, waitFor } = reader
        if (lastEventIdStore && lastEventId !== persistedId)
          guard(() => lastEventIdStore.set((persistedId = lastEventId)))
        return waitFor
      },
      onBackpressure: (active) => send({ type: 'backpressure', generation, active }),
    })
    const isComplete = failure?.code === 'ended' && machine.state.status === 'open' && listener.isComplete()
    if (isComplete) send({ type: 'terminated', error: undefined })
    else if (failure) send({ type: 'attempt-failed', generation, error: failure })
  }

  return {
    get state() {
      return machine.state
    },
    get lastEventId() {
      return reader.lastEventId
    },
    relay,
    send,
  }
}

/** Creates the relay of a connection that is shared across tabs. */
function createRelay(
  share: boolean | TabSharing | undefined,
  send: (event: ConnectionEventBody) => void,
): Relay | undefined {
  return (share as TabSharing | undefined)?.createRelay?.({
    reconnect: () => send({ type: 'reconnect' }),
    onRoleChange: (role) => send({ type: 'role', ...role }),
  })
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

function inspectStep(
  inspect: ConnectionOptions['inspect'],
  event: ConnectionEvent,
  before: Machine,
  after: Machine,
  effects: readonly Effect[],
): void {
  if (!inspect) return
  const step = { event, before: snapshotOf(before), after: snapshotOf(after), effects }
  guard(inspect, isBuffered(after) && !isBuffered(before) ? { ...step, hint: 'buffered-by-proxy' } : step)
}

function snapshotOf({ state, generation, failures, retryMs, timerAt }: Machine): ConnectionSnapshot {
  return { state, generation, failures, retryMs, timerAt: timerAt === Infinity ? undefined : timerAt }
}
