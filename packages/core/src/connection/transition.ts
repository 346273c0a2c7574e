import type { SseError } from '../errors.ts'
import type { PauseReason } from '../platform/page.ts'
import { handleBatch } from './batch.ts'
import { connectTimeout, deadline, hideAt, MAX_TIMEOUT_MS, rhythmTimeout, timeoutError } from './deadline.ts'
import { type ConnectionEvent, type ConnectionState, type Effect, holdsSocket, isActive } from './state.ts'
import { afterFailure, canRetry, type PolicyOptions } from './retry-policy.ts'
import { noticeSleep } from './sleep.ts'
import type { Draft, Machine } from './state.ts'

/** Longest timer, in milliseconds, so that sleep is noticed soon after it. */
const MAX_TIMER_MS = 30_000
/** A stream that was open this long is healthy even without a message; longer than the longest default delay. */
const HEALTHY_MS = 30_000
/** A connection that was open for less than this is short, in milliseconds. */
const SHORT_CONNECTION_MS = 1_000
/** A server that names a `retry` of at least this paces its reconnects itself, in milliseconds. */
const PACED_RETRY_MS = 250

/**
 * Computes the next machine and the effects of an event. Pure.
 *
 * Effects follow from the two machines alone: a socket is held exactly while `connecting` or `open`, and the one timer runs
 * exactly while there is a deadline.
 */
export function transition(
  before: Machine,
  given: ConnectionEvent,
  options: PolicyOptions,
  address = 'The stream',
): readonly [Machine, readonly Effect[]] {
  if (!isRelevant(before, given)) return [before, []]
  const fired = given.type === 'timer-fired'
  // Timers may fire a moment early.
  const event = fired ? { ...given, at: Math.max(given.at, before.timerAt) } : given
  const { at } = event
  const after = { ...before }
  noticeSleep(after, event, options)
  handle(after, event, options, address)

  // A running timer that is early enough is kept, so that a chunk costs no timer. One that is overdue may be late by any time.
  const runningAt = fired ? Infinity : before.timerAt
  const keptAt = runningAt < at ? Infinity : runningAt
  const dueAt = deadline(after, options)
  after.timerAt = dueAt === Infinity ? dueAt : Math.min(keptAt, dueAt, at + MAX_TIMER_MS)
  return [after, effectsOf(before, after, runningAt, at)]
}

function effectsOf(before: Machine, after: Machine, runningAt: number, at: number): Effect[] {
  const effects: Effect[] = []
  const { state, generation, lastError, timerAt } = after
  const isNewAttempt = generation !== before.generation
  if (isNewAttempt && holdsSocket(before)) effects.push({ type: 'disconnect' })
  if (timerAt !== runningAt)
    effects.push(
      timerAt === Infinity
        ? { type: 'clear-timer' }
        : { type: 'set-timer', delayMs: Math.max(0, timerAt - at) },
    )
  if (isNewAttempt && state.status === 'connecting')
    effects.push({ type: 'connect', generation, attempt: state.attempt, error: lastError })
  if (isActive(before) !== isActive(after))
    effects.push({ type: isActive(after) ? 'observe-page' : 'unobserve-page' })
  return effects
}

/** Returns true if an event concerns the current attempt and the current state. */
function isRelevant(machine: Machine, event: ConnectionEvent): boolean {
  if ('generation' in event) return event.generation === machine.generation
  if (event.type === 'open') return !holdsSocket(machine)
  if (event.type === 'close') return machine.state.status !== 'closed'
  // Browsers fire `pageshow` after the first load too, when nothing was frozen.
  if (event.type === 'resume' && event.reason === 'frozen' && !machine.pauseReasons.includes('frozen'))
    return false
  return isActive(machine)
}

function handle(machine: Draft, event: ConnectionEvent, options: PolicyOptions, address: string): void {
  const { at } = event
  switch (event.type) {
    case 'open':
      // A call of open() overrides the page's state.
      machine.pauseReasons = []
      if (machine.hiddenAt < Infinity) machine.hiddenAt = at
      return connect(machine, at)
    case 'close':
      return enter(machine, { status: 'closed', reason: 'closed' }, at)
    case 'release':
      return enter(machine, { status: 'idle' }, at)
    case 'terminated': {
      const { error } = event
      const state: ConnectionState = error
        ? { status: 'closed', reason: 'failed', error }
        : { status: 'closed', reason: 'ended' }
      return enter(machine, state, at)
    }
    case 'attempt-failed':
      return handleFailure(machine, event.error, event, options)
    case 'timer-fired':
      return handleTimer(machine, event, options, address)
    case 'pause':
      if (event.reason !== 'hidden') return pause(machine, event, options, event.reason)
      machine.hiddenAt = at
      return
    case 'resume': {
      if (event.reason === 'hidden') machine.hiddenAt = Infinity
      machine.pauseReasons = machine.pauseReasons.filter((reason) => reason !== event.reason)
      const [reason] = machine.pauseReasons
      if (reason) enter(machine, { status: 'paused', reason }, at)
      else if (!holdsSocket(machine)) reconnect(machine, event)
      return
    }
    case 'accepted': {
      const { disconnectedAt } = machine
      const withoutId = disconnectedAt === undefined ? 'fresh' : 'restarted'
      const continuity = event.resumable ? (event.continuity ?? 'unverified') : withoutId
      machine.headersRefreshed = false
      return enter(machine, { status: 'open', continuity, downtimeMs: at - (disconnectedAt ?? at) }, at)
    }
    case 'reconnect':
      if (holdsSocket(machine)) connect(machine, at)
      return
    case 'role':
      // The relay has the role.
      return
    case 'gap':
      if (machine.state.status === 'open') machine.state = { ...machine.state, continuity: 'gap' }
      return
    case 'received':
      return handleBatch(machine, event.batch, at)
    case 'backpressure':
      machine.idleOverrideMs = event.active ? Infinity : undefined
      machine.activeAt = at
  }
}

/** Enters another state. Every state but `open` ends the current attempt. */
function enter(machine: Draft, state: ConnectionState, at: number): void {
  if (machine.state.status === 'open') machine.disconnectedAt = at
  if (state.status !== 'open') machine.generation++
  machine.state = state
  if (!isActive(machine)) forgetFailures(machine)
  machine.stateSince = machine.activeAt = at
  machine.lastCommentAt = Infinity
  machine.hasMessages = machine.midMessage = false
  machine.idleOverrideMs = undefined
}

/** Resets what failures and the page have left behind, when the connection becomes idle or closed. */
function forgetFailures(machine: Draft): void {
  machine.failures = machine.failingSince = machine.shortConnections = machine.retryNotBefore = 0
  machine.lastError = undefined
  machine.headersRefreshed = false
  machine.pauseReasons = []
  machine.hiddenAt = Infinity
}

function connect(machine: Draft, at: number): void {
  enter(machine, { status: 'connecting', attempt: machine.failures + 1 }, at)
}

function wait(machine: Draft, ms: number, error: SseError, { at, now }: ConnectionEvent): void {
  const attempt = machine.failures + 1
  const delayMs = Math.ceil(ms)
  enter(machine, { status: 'waiting', attempt, delayMs, retryAt: now + delayMs, error }, at)
}

/** No longer paused: reconnects now, unless `Retry-After` has not elapsed. */
function reconnect(machine: Draft, event: ConnectionEvent): void {
  const { at } = event
  const { lastError, retryNotBefore } = machine
  if (lastError && at < retryNotBefore) wait(machine, retryNotBefore - at, lastError, event)
  else connect(machine, at)
}

function pause(
  machine: Draft,
  { at, resumable }: ConnectionEvent,
  options: PolicyOptions,
  reason: PauseReason,
): void {
  // A request that may be sent only once is never aborted because of the page: it could not be sent again.
  if (holdsSocket(machine) && !canRetry(options, resumable)) {
    machine.hiddenAt = Infinity
    return
  }
  machine.pauseReasons = [...new Set([...machine.pauseReasons, reason])]
  if (machine.state.status !== 'paused') enter(machine, { status: 'paused', reason }, at)
}

function handleTimer(machine: Draft, event: ConnectionEvent, options: PolicyOptions, address: string): void {
  const { status } = machine.state
  const { at } = event
  if (hideAt(machine, options) <= at) pause(machine, event, options, 'hidden')
  else if (at < deadline(machine, options)) return
  else if (status === 'waiting') connect(machine, at)
  else {
    const error = timeoutError(machine, options, address)
    // The server may have been silent on purpose. Then this has been the only needless reconnect.
    if (at - machine.activeAt >= rhythmTimeout(machine)) machine.longestGapMs = Infinity
    handleFailure(machine, error, event, options)
  }
}

/** Ends the current attempt with an error. The policy decides what follows. */
function handleFailure(
  machine: Draft,
  error: SseError,
  event: ConnectionEvent,
  options: PolicyOptions,
): void {
  const { at } = event
  if (machine.state.status === 'open') countShort(machine, at - machine.stateSince)
  if (machine.failures++ === 0) machine.failingSince = at
  machine.lastError = error
  const { code } = error
  // Limits grow where they were reached: a proxy that buffers needs its time. Without a network they would delay the recovery.
  if (code === 'connect-timeout')
    machine.grownConnectMs = Math.min(2 * connectTimeout(machine, options), MAX_TIMEOUT_MS)
  if (code === 'network') machine.grownConnectMs = 0
  if (machine.state.status === 'open')
    machine.lostMidMessage = code === 'idle-timeout' && machine.midMessage && machine.hasMessages
  machine.retryNotBefore = at + (error.retryAfterMs ?? 0)
  const decision = afterFailure(machine, error, event, options)
  // A refresh counts as failed only if the attempt that used it is rejected.
  machine.headersRefreshed = decision === 'refresh'
  if (decision === 'refresh') connect(machine, at)
  else if (typeof decision === 'number') wait(machine, decision, error, event)
  else enter(machine, { status: 'closed', reason: decision, error }, at)
}

/**
 * Counts short connections for the floor against hot loops. A server that names its own pace with `retry` and delivers a message
 * on each connection, as long-poll scripts do, is not counted. Only a long connection resets the count: otherwise a server
 * that alternates short and long connections would never back off.
 */
function countShort(machine: Draft, openMs: number): void {
  const isPaced = machine.hasMessages && (machine.retryMs ?? 0) >= PACED_RETRY_MS
  if (openMs < SHORT_CONNECTION_MS && !isPaced) machine.shortConnections++
  if (openMs >= HEALTHY_MS) machine.failures = machine.shortConnections = 0
}
