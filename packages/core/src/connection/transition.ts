import { SseError } from '../errors.ts'
import { CALM } from './state.ts'
import type { PauseReason } from '../platform/page.ts'
import type { ConnectionState, Effect, ConnectionEvent, Machine, Policy } from './state.ts'

/** A timer is never set further ahead, so that a clock that jumped while the machine slept is noticed. */
const LONGEST_NAP_MS = 30_000
/** Comments closer together than this are one greeting, not two heartbeats: a prelude and its padding, for instance. */
const HEARTBEAT_MS = 1_000
/** How late a nap must end to mean sleep: browsers hold the timers of hidden pages back for up to a minute. */
const JUMP_MS = 90_000
const PROOF_MS = 5_000
/** A stream that lived for so long is healthy even without a message: longer than the longest default delay. */
const HEALTHY_MS = 30_000
const BRIEF_MS = 1_000

/** A copy of a machine, on its way to become the next one. */
type Draft = { -readonly [Field in keyof Machine]: Machine[Field] }

/**
 * Decides: what a machine becomes by an input, and what is to be done about it. Pure.
 *
 * What is to be done follows from the two machines alone: a socket is held exactly while `connecting` or `open`, and the
 * one timer runs exactly while there is a moment to wait for.
 */
export function transition(
  before: Machine,
  given: ConnectionEvent,
  policy: Policy,
): readonly [Machine, readonly Effect[]] {
  const effects: Effect[] = []
  if (!matters(before, given)) return [before, effects]
  const woke = given.type === 'woke'
  // A timer that woke is due, even where the clock was set back meanwhile.
  const input = woke ? { ...given, at: Math.max(given.at, before.timerAt) } : given
  const after = { ...before }
  decide(after, input, policy)

  // A timer that runs is left to run while it is early enough: a chunk costs none. One that woke is gone.
  const running = woke ? Infinity : before.timerAt
  const due = deadline(after, policy)
  after.timerAt = due === Infinity ? due : Math.min(running, due, input.at + LONGEST_NAP_MS)

  const { state, generation, lastError, timerAt } = after
  const anew = generation !== before.generation
  if (anew && holdsSocket(before)) effects.push({ type: 'disconnect' })
  if (timerAt !== running)
    effects.push(
      timerAt === Infinity
        ? { type: 'unschedule' }
        : { type: 'schedule', delayMs: Math.max(0, timerAt - input.at) },
    )
  if (anew && state.status === 'connecting')
    effects.push({ type: 'connect', generation, attempt: state.attempt, error: lastError })
  if (isActive(before) !== isActive(after)) effects.push({ type: isActive(after) ? 'listen' : 'unlisten' })
  return [after, effects]
}

/** Whether an input means anything to the present attempt, in the present state. */
function matters(machine: Machine, input: ConnectionEvent): boolean {
  if ('generation' in input) return input.generation === machine.generation
  if (input.type === 'open') return !holdsSocket(machine)
  if (input.type === 'close') return machine.state.status !== 'closed'
  // A page is shown once without having been frozen: when it has loaded.
  if (input.type === 'unhindered' && input.by === 'frozen' && !machine.pauseReasons.includes('frozen'))
    return false
  return isActive(machine)
}

function decide(machine: Draft, input: ConnectionEvent, policy: Policy): void {
  const { at } = input
  switch (input.type) {
    case 'open':
      // Whoever asks by hand knows better than the page.
      machine.pauseReasons = []
      if (machine.hiddenAt < Infinity) machine.hiddenAt = at
      return connect(machine, at)
    case 'close':
      return enter(machine, { status: 'closed', reason: 'closed' }, at)
    case 'release':
      return enter(machine, { status: 'idle' }, at)
    case 'over': {
      const { error } = input
      const state: ConnectionState = error
        ? { status: 'closed', reason: 'failed', error }
        : { status: 'closed', reason: 'ended' }
      return enter(machine, state, at)
    }
    case 'lost':
      return lose(machine, input.error, input, policy)
    case 'woke':
      return wake(machine, input, policy)
    case 'hindered':
      if (input.by !== 'hidden') return hinder(machine, input, policy, input.by)
      machine.hiddenAt = at
      return
    case 'unhindered': {
      if (input.by === 'hidden') machine.hiddenAt = Infinity
      machine.pauseReasons = machine.pauseReasons.filter((hindrance) => hindrance !== input.by)
      const [reason] = machine.pauseReasons
      if (reason) enter(machine, { status: 'paused', reason }, at)
      else if (!holdsSocket(machine)) resume(machine, at)
      return
    }
    case 'accepted': {
      const { disconnectedAt } = machine
      const continuity = input.resumable ? 'resumed' : disconnectedAt === undefined ? 'fresh' : 'restarted'
      machine.headersRefreshed = false
      return enter(machine, { status: 'open', continuity, downtimeMs: at - (disconnectedAt ?? at) }, at)
    }
    case 'received':
      if (input.messages > 0) {
        machine.failures = 0
        machine.lastError = undefined
      }
      if (input.comments > 0) {
        const gapMs = at - machine.lastCommentAt
        if (gapMs >= HEARTBEAT_MS)
          machine.longestHeartbeatGapMs = Math.max(machine.longestHeartbeatGapMs, gapMs)
        machine.lastCommentAt = at
      }
      machine.retryMs = input.retryMs ?? machine.retryMs
      machine.midMessage = input.midMessage
      machine.idleTimeoutOverrideMs = undefined
      machine.lastActivityAt = at
      return
    case 'held':
      machine.idleTimeoutOverrideMs = input.held ? Infinity : undefined
      machine.lastActivityAt = at
  }
}

/** Another state begins. Only an answer belongs to the attempt before it; the socket of any other is let go. */
function enter(machine: Draft, state: ConnectionState, at: number): void {
  if (machine.state.status === 'open') machine.disconnectedAt = at
  if (state.status !== 'open') machine.generation++
  machine.state = state
  if (!isActive(machine)) Object.assign(machine, CALM)
  machine.stateSince = machine.lastActivityAt = at
  machine.lastCommentAt = Infinity
  machine.midMessage = false
  machine.idleTimeoutOverrideMs = undefined
}

function connect(machine: Draft, at: number): void {
  enter(machine, { status: 'connecting', attempt: machine.failures + 1 }, at)
}

function wait(machine: Draft, delayMs: number, cause: SseError, at: number): void {
  const attempt = machine.failures + 1
  enter(machine, { status: 'waiting', attempt, delayMs, retryAt: at + delayMs, error: cause }, at)
}

/** What held a machine back is gone: an attempt begins, unless the server asked for more patience. */
function resume(machine: Draft, at: number): void {
  const { lastError, retryNotBefore } = machine
  if (lastError && at < retryNotBefore) wait(machine, retryNotBefore - at, lastError, at)
  else connect(machine, at)
}

function hinder(
  machine: Draft,
  { at, resumable }: ConnectionEvent,
  policy: Policy,
  reason: PauseReason,
): void {
  // What may be sent only once is never given up for the page's sake: it could not be taken up again.
  if (holdsSocket(machine) && !policy.canRetry(resumable)) {
    machine.hiddenAt = Infinity
    return
  }
  machine.pauseReasons = [...new Set([...machine.pauseReasons, reason])]
  if (machine.state.status !== 'paused') enter(machine, { status: 'paused', reason }, at)
}

function wake(machine: Draft, input: ConnectionEvent, policy: Policy): void {
  const { status } = machine.state
  const { at } = input
  if (machine.hiddenAt + policy.pauseWhenHiddenMs <= at) hinder(machine, input, policy, 'hidden')
  else if (at < deadline(machine, policy)) {
    if (status !== 'open' || at - machine.timerAt <= JUMP_MS) return
    // The machine slept, and the socket may be dead.
    machine.idleTimeoutOverrideMs ??= PROOF_MS
    machine.lastActivityAt = at
  } else if (status === 'waiting') connect(machine, at)
  else {
    const cause =
      status === 'open'
        ? new SseError(
            'idle-timeout',
            'Nothing came for longer than idleTimeoutMs: the connection is taken for dead.',
          )
        : new SseError('connect-timeout', 'The server did not answer within connectTimeoutMs.')
    lose(machine, cause, input, policy)
  }
}

/** An attempt is over: the policy says what follows. */
function lose(machine: Draft, cause: SseError, input: ConnectionEvent, policy: Policy): void {
  const { at } = input
  if (machine.state.status === 'open') {
    const lastedMs = at - machine.stateSince
    if (lastedMs < BRIEF_MS) machine.shortConnections++
    // Only a long life clears a server: one that dies early and late in turns would else be asked as if it were well.
    if (lastedMs >= HEALTHY_MS) machine.failures = machine.shortConnections = 0
  }
  if (machine.failures++ === 0) machine.failingSince = at
  machine.lastError = cause
  machine.retryNotBefore = at + (cause.retryAfterMs ?? 0)
  const verdict = policy.afterFailure(machine, cause, input)
  // Only the attempt that fresh headers were made for speaks against them.
  machine.headersRefreshed = verdict === 'refresh'
  if (verdict === 'refresh') connect(machine, at)
  else if (typeof verdict === 'number') wait(machine, verdict, cause, at)
  else enter(machine, { status: 'closed', reason: verdict, error: cause }, at)
}

/** When the present state has lasted for too long, should nothing happen. */
function deadline(machine: Machine, policy: Policy): number {
  const { state } = machine
  let limitMs = Infinity
  if (state.status === 'connecting') limitMs = policy.connectTimeoutMs
  if (state.status === 'waiting') limitMs = state.delayMs
  if (state.status === 'open') limitMs = machine.idleTimeoutOverrideMs ?? silenceLimit(machine, policy)
  const hidden = machine.pauseReasons.includes('hidden')
    ? Infinity
    : machine.hiddenAt + policy.pauseWhenHiddenMs
  return Math.min(hidden, machine.lastActivityAt + limitMs)
}

function silenceLimit({ midMessage, longestHeartbeatGapMs }: Machine, { idleTimeoutMs }: Policy): number {
  if (idleTimeoutMs !== 'auto') return idleTimeoutMs
  if (midMessage) return 20_000
  return Math.min(Math.max(15_000, 3 * (longestHeartbeatGapMs || Infinity)), 300_000)
}

function holdsSocket({ state }: Machine): boolean {
  return state.status === 'connecting' || state.status === 'open'
}

/** Whether it has been asked for and is not over. */
function isActive({ state }: Machine): boolean {
  return state.status !== 'idle' && state.status !== 'closed'
}
