import { SseError } from './errors.ts'
import { CALM } from './state.ts'
import type { ConnectionState, Effect, Hindrance, Input, Machine, Policy } from './state.ts'

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
  given: Input,
  policy: Policy,
): readonly [Machine, readonly Effect[]] {
  const effects: Effect[] = []
  if (!matters(before, given)) return [before, effects]
  const woke = given.type === 'woke'
  // A timer that woke is due, even where the clock was set back meanwhile.
  const input = woke ? { ...given, at: Math.max(given.at, before.wakeAt) } : given
  const after = { ...before }
  decide(after, input, policy)

  // A timer that runs is left to run while it is early enough: a chunk costs none. One that woke is gone.
  const running = woke ? Infinity : before.wakeAt
  const due = deadline(after, policy)
  after.wakeAt = due === Infinity ? due : Math.min(running, due, input.at + LONGEST_NAP_MS)

  const { state, generation, cause, wakeAt } = after
  const anew = generation !== before.generation
  if (anew && holdsSocket(before)) effects.push({ type: 'disconnect' })
  if (wakeAt !== running)
    effects.push(
      wakeAt === Infinity
        ? { type: 'unschedule' }
        : { type: 'schedule', delayMs: Math.max(0, wakeAt - input.at) },
    )
  if (anew && state.status === 'connecting')
    effects.push({ type: 'connect', generation, attempt: state.attempt, cause })
  if (isActive(before) !== isActive(after)) effects.push({ type: isActive(after) ? 'listen' : 'unlisten' })
  return [after, effects]
}

/** Whether an input means anything to the present attempt, in the present state. */
function matters(machine: Machine, input: Input): boolean {
  if ('generation' in input) return input.generation === machine.generation
  if (input.type === 'open') return !holdsSocket(machine)
  if (input.type === 'close') return machine.state.status !== 'closed'
  // A page is shown once without having been frozen: when it has loaded.
  if (input.type === 'unhindered' && input.by === 'frozen' && !machine.hindrances.includes('frozen'))
    return false
  return isActive(machine)
}

function decide(machine: Draft, input: Input, policy: Policy): void {
  const { at } = input
  switch (input.type) {
    case 'open':
      // Whoever asks by hand knows better than the page.
      machine.hindrances = []
      if (machine.hiddenAt < Infinity) machine.hiddenAt = at
      return connect(machine, at)
    case 'close':
      return enter(machine, { status: 'closed', reason: 'closed' }, at)
    case 'release':
      return enter(machine, { status: 'idle' }, at)
    case 'over': {
      const { cause } = input
      const state: ConnectionState = cause
        ? { status: 'closed', reason: 'failed', cause }
        : { status: 'closed', reason: 'ended' }
      return enter(machine, state, at)
    }
    case 'lost':
      return lose(machine, input.cause, input, policy)
    case 'woke':
      return wake(machine, input, policy)
    case 'hindered':
      if (input.by !== 'hidden') return hinder(machine, input, policy, input.by)
      machine.hiddenAt = at
      return
    case 'unhindered': {
      if (input.by === 'hidden') machine.hiddenAt = Infinity
      machine.hindrances = machine.hindrances.filter((hindrance) => hindrance !== input.by)
      const [reason] = machine.hindrances
      if (reason) enter(machine, { status: 'paused', reason }, at)
      else if (!holdsSocket(machine)) resume(machine, at)
      return
    }
    case 'accepted': {
      const { leftAt } = machine
      const continuity = input.resumable ? 'resumed' : leftAt === undefined ? 'fresh' : 'restarted'
      machine.refreshed = false
      return enter(machine, { status: 'open', continuity, awayMs: at - (leftAt ?? at) }, at)
    }
    case 'received':
      if (input.messages > 0) {
        machine.failures = 0
        machine.cause = undefined
      }
      if (input.comments > 0) {
        const gapMs = at - machine.heartbeatAt
        if (gapMs >= HEARTBEAT_MS) machine.longestGapMs = Math.max(machine.longestGapMs, gapMs)
        machine.heartbeatAt = at
      }
      machine.retryMs = input.retryMs ?? machine.retryMs
      machine.midMessage = input.midMessage
      machine.patienceMs = undefined
      machine.aliveAt = at
      return
    case 'held':
      machine.patienceMs = input.held ? Infinity : undefined
      machine.aliveAt = at
  }
}

/** Another state begins. Only an answer belongs to the attempt before it; the socket of any other is let go. */
function enter(machine: Draft, state: ConnectionState, at: number): void {
  if (machine.state.status === 'open') machine.leftAt = at
  if (state.status !== 'open') machine.generation++
  machine.state = state
  if (!isActive(machine)) Object.assign(machine, CALM)
  machine.since = machine.aliveAt = at
  machine.heartbeatAt = Infinity
  machine.midMessage = false
  machine.patienceMs = undefined
}

function connect(machine: Draft, at: number): void {
  enter(machine, { status: 'connecting', attempt: machine.failures + 1 }, at)
}

function wait(machine: Draft, delayMs: number, cause: SseError, at: number): void {
  const attempt = machine.failures + 1
  enter(machine, { status: 'waiting', attempt, delayMs, retryAt: at + delayMs, cause }, at)
}

/** What held a machine back is gone: an attempt begins, unless the server asked for more patience. */
function resume(machine: Draft, at: number): void {
  const { cause, notBefore } = machine
  if (cause && at < notBefore) wait(machine, notBefore - at, cause, at)
  else connect(machine, at)
}

function hinder(machine: Draft, { at, resumable }: Input, policy: Policy, reason: Hindrance): void {
  // What may be sent only once is never given up for the page's sake: it could not be taken up again.
  if (holdsSocket(machine) && !policy.repeats(resumable)) {
    machine.hiddenAt = Infinity
    return
  }
  machine.hindrances = [...new Set([...machine.hindrances, reason])]
  if (machine.state.status !== 'paused') enter(machine, { status: 'paused', reason }, at)
}

function wake(machine: Draft, input: Input, policy: Policy): void {
  const { status } = machine.state
  const { at } = input
  if (machine.hiddenAt + policy.hiddenMs <= at) hinder(machine, input, policy, 'hidden')
  else if (at < deadline(machine, policy)) {
    if (status !== 'open' || at - machine.wakeAt <= JUMP_MS) return
    // The machine slept, and the socket may be dead.
    machine.patienceMs ??= PROOF_MS
    machine.aliveAt = at
  } else if (status === 'waiting') connect(machine, at)
  else {
    const cause =
      status === 'open'
        ? new SseError('silence', 'Nothing came for longer than silenceMs: the connection is taken for dead.')
        : new SseError('connect-timeout', 'The server did not answer within connectMs.')
    lose(machine, cause, input, policy)
  }
}

/** An attempt is over: the policy says what follows. */
function lose(machine: Draft, cause: SseError, input: Input, policy: Policy): void {
  const { at } = input
  if (machine.state.status === 'open') {
    const lastedMs = at - machine.since
    if (lastedMs < BRIEF_MS) machine.brief++
    // Only a long life clears a server: one that dies early and late in turns would else be asked as if it were well.
    if (lastedMs >= HEALTHY_MS) machine.failures = machine.brief = 0
  }
  if (machine.failures++ === 0) machine.failingSince = at
  machine.cause = cause
  machine.notBefore = at + (cause.retryAfterMs ?? 0)
  const verdict = policy.after(machine, cause, input)
  // Only the attempt that fresh headers were made for speaks against them.
  machine.refreshed = verdict === 'refresh'
  if (verdict === 'refresh') connect(machine, at)
  else if (typeof verdict === 'number') wait(machine, verdict, cause, at)
  else enter(machine, { status: 'closed', reason: verdict, cause }, at)
}

/** When the present state has lasted for too long, should nothing happen. */
function deadline(machine: Machine, policy: Policy): number {
  const { state } = machine
  let limitMs = Infinity
  if (state.status === 'connecting') limitMs = policy.connectMs
  if (state.status === 'waiting') limitMs = state.delayMs
  if (state.status === 'open') limitMs = machine.patienceMs ?? silenceLimit(machine, policy)
  const hidden = machine.hindrances.includes('hidden') ? Infinity : machine.hiddenAt + policy.hiddenMs
  return Math.min(hidden, machine.aliveAt + limitMs)
}

function silenceLimit({ midMessage, longestGapMs }: Machine, { silenceMs }: Policy): number {
  if (silenceMs !== 'auto') return silenceMs
  if (midMessage) return 20_000
  return Math.min(Math.max(15_000, 3 * (longestGapMs || Infinity)), 300_000)
}

function holdsSocket({ state }: Machine): boolean {
  return state.status === 'connecting' || state.status === 'open'
}

/** Whether it has been asked for and is not over. */
function isActive({ state }: Machine): boolean {
  return state.status !== 'idle' && state.status !== 'closed'
}
