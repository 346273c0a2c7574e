import { SseError } from './errors.ts'
import { CALM, NO_LINE } from './state.ts'
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
  if ('generation' in given && given.generation !== before.generation) return [before, []]
  // A timer that woke is due, even where the clock was set back meanwhile.
  const input = given.type === 'woke' ? { ...given, at: Math.max(given.at, before.wakeAt) } : given
  const decided = next(before, input, policy)
  const wakeAt = wakeTime(before, decided, input, policy)
  const after = wakeAt === decided.wakeAt ? decided : { ...decided, wakeAt }

  const effects: Effect[] = []
  const anew = after.generation !== before.generation
  if (anew && holdsSocket(before)) effects.push({ type: 'disconnect' })
  // A timer that woke is gone.
  const running = input.type === 'woke' ? Infinity : before.wakeAt
  if (wakeAt !== running)
    effects.push(
      wakeAt === Infinity
        ? { type: 'unschedule' }
        : { type: 'schedule', delayMs: Math.max(0, wakeAt - input.at) },
    )
  if (anew && after.state.status === 'connecting') {
    const { generation, cause, state } = after
    effects.push({ type: 'connect', generation, attempt: state.attempt, cause })
  }
  if (isActive(before) !== isActive(after)) effects.push({ type: isActive(after) ? 'listen' : 'unlisten' })
  return [after, effects]
}

function next(machine: Machine, input: Input, policy: Policy): Machine {
  const { state, line } = machine
  const { at } = input
  switch (input.type) {
    case 'open':
      if (holdsSocket(machine)) return machine
      // Whoever asks by hand knows better than the page.
      return connect(
        { ...machine, hindrances: [], hiddenAt: machine.hiddenAt === Infinity ? Infinity : at },
        at,
      )
    case 'close':
      return state.status === 'closed' ? machine : rest(machine, { status: 'closed', reason: 'closed' }, at)
    case 'release':
      return isActive(machine) ? rest(machine, { status: 'idle' }, at) : machine
    case 'hindered': {
      if (!isActive(machine)) return machine
      if (input.by === 'hidden') return { ...machine, hiddenAt: at }
      return hinder(machine, input, policy, input.by)
    }
    case 'unhindered': {
      // A page is shown once without having been frozen: when it has loaded.
      if (input.by === 'frozen' && !machine.hindrances.includes('frozen')) return machine
      const hindrances = machine.hindrances.filter((hindrance) => hindrance !== input.by)
      const freed = { ...machine, hindrances, hiddenAt: input.by === 'hidden' ? Infinity : machine.hiddenAt }
      if (hindrances[0] && state.status === 'paused')
        return { ...freed, state: { status: 'paused', reason: hindrances[0] } }
      return state.status === 'waiting' || state.status === 'paused' ? resume(freed, at) : freed
    }
    case 'woke':
      return wake(machine, input, policy)
    case 'accepted': {
      const continuity = input.resumable ? 'resumed' : machine.leftAt === undefined ? 'fresh' : 'restarted'
      const awayMs = machine.leftAt === undefined ? 0 : at - machine.leftAt
      const opened = { ...NO_LINE, since: at, byteAt: at }
      return { ...machine, state: { status: 'open', continuity, awayMs }, refreshed: false, line: opened }
    }
    case 'received': {
      const { messages, comments, midMessage, retryMs } = input
      const gapMs = comments > 0 && line.heartbeatAt !== undefined ? at - line.heartbeatAt : 0
      const heartbeat = gapMs >= HEARTBEAT_MS ? gapMs : 0
      return {
        ...machine,
        failures: messages > 0 ? 0 : machine.failures,
        cause: messages > 0 ? undefined : machine.cause,
        retryMs: retryMs ?? machine.retryMs,
        longestGapMs: Math.max(machine.longestGapMs, heartbeat),
        line: {
          ...line,
          byteAt: at,
          heartbeatAt: comments > 0 ? at : line.heartbeatAt,
          midMessage,
          proofBy: Infinity,
        },
      }
    }
    case 'held':
      return { ...machine, line: { ...line, held: input.held, byteAt: at, proofBy: Infinity } }
    case 'ended':
      return rest(machine, { status: 'closed', reason: 'ended' }, at)
    case 'failed':
      return isActive(machine)
        ? rest(machine, { status: 'closed', reason: 'failed', cause: input.cause }, at)
        : machine
    case 'lost':
      return lose(machine, input.cause, input, policy)
  }
}

/** An attempt begins. */
function connect(machine: Machine, at: number): Machine {
  return {
    ...machine,
    state: { status: 'connecting', attempt: machine.failures + 1 },
    generation: machine.generation + 1,
    line: { ...NO_LINE, since: at, byteAt: at },
  }
}

/** What held a machine back is gone: an attempt begins, unless the server asked for more patience. */
function resume(machine: Machine, at: number): Machine {
  return machine.cause && at < machine.notBefore
    ? wait(machine, machine.notBefore - at, machine.cause, at)
    : connect(machine, at)
}

function wait(machine: Machine, delayMs: number, cause: SseError, at: number): Machine {
  const attempt = machine.failures + 1
  return rest(machine, { status: 'waiting', attempt, delayMs, retryAt: at + delayMs, cause }, at)
}

/** The socket, if there is one, is let go. */
function rest(machine: Machine, state: ConnectionState, at: number): Machine {
  return {
    ...machine,
    ...(state.status === 'idle' || state.status === 'closed' ? CALM : {}),
    state,
    generation: machine.generation + (holdsSocket(machine) ? 1 : 0),
    leftAt: machine.state.status === 'open' ? at : machine.leftAt,
    line: NO_LINE,
  }
}

function hinder(machine: Machine, { at, resumable }: Input, policy: Policy, by: Hindrance): Machine {
  // What may be sent only once is never given up for the page's sake: it could not be taken up again.
  if (holdsSocket(machine) && !policy.repeats(resumable)) return { ...machine, hiddenAt: Infinity }
  const hindrances = [...machine.hindrances.filter((hindrance) => hindrance !== by), by]
  const paused = machine.state.status === 'paused'
  return { ...(paused ? machine : rest(machine, { status: 'paused', reason: by }, at)), hindrances }
}

function wake(machine: Machine, input: Input, policy: Policy): Machine {
  const { state, line, wakeAt } = machine
  const { at } = input
  if (machine.hiddenAt + policy.hiddenMs <= at) return hinder(machine, input, policy, 'hidden')
  if (at < deadline(machine, policy)) {
    const slept = state.status === 'open' && at - wakeAt > JUMP_MS
    return slept ? { ...machine, line: { ...line, proofBy: at + PROOF_MS } } : machine
  }
  if (state.status === 'waiting') return connect(machine, at)
  return lose(machine, overdue(machine), input, policy)
}

function overdue(machine: Machine): SseError {
  return machine.state.status === 'connecting'
    ? new SseError('connect-timeout', 'The server did not answer within connectMs.')
    : new SseError('silence', 'Nothing came for longer than silenceMs: the connection is taken for dead.')
}

/** An attempt is over: the policy says what follows. */
function lose(machine: Machine, cause: SseError, input: Input, policy: Policy): Machine {
  const { state, line } = machine
  const { at } = input
  const wasOpen = state.status === 'open'
  const lastedMs = at - line.since
  const healthy = wasOpen && lastedMs >= HEALTHY_MS
  const failures = healthy ? 1 : machine.failures + 1
  const lost: Machine = {
    ...machine,
    failures,
    failingSince: failures === 1 ? at : machine.failingSince,
    cause,
    // Only the attempt that fresh headers were made for speaks against them.
    refreshed: false,
    // Only a long life clears a server of it: one that dies early and late in turns would else be asked as if it were well.
    brief: !wasOpen ? machine.brief : lastedMs < BRIEF_MS ? machine.brief + 1 : healthy ? 0 : machine.brief,
    notBefore: at + (cause.retryAfterMs ?? 0),
  }
  const verdict = policy.after({
    attempt: failures,
    cause,
    retryMs: lost.retryMs,
    elapsedMs: at - lost.failingSince,
    jitter: input.jitter,
    brief: lost.brief,
    everOpen: wasOpen || lost.leftAt !== undefined,
    resumable: input.resumable,
    refreshed: machine.refreshed,
  })
  if (verdict === 'refresh') return connect({ ...lost, refreshed: true }, at)
  if (typeof verdict === 'string') return rest(lost, { status: 'closed', reason: verdict, cause }, at)
  return wait(lost, verdict, cause, at)
}

/** When the one timer goes off. One that runs is left to run while it is early enough: a chunk costs no timer. */
function wakeTime(before: Machine, after: Machine, input: Input, policy: Policy): number {
  const due = deadline(after, policy)
  if (due === Infinity) return Infinity
  const latest = Math.min(due, input.at + LONGEST_NAP_MS)
  return input.type === 'woke' ? latest : Math.min(before.wakeAt, latest)
}

/** When the present state has lasted for too long, should nothing happen. */
function deadline(machine: Machine, policy: Policy): number {
  const { state, line, hindrances } = machine
  const hidden = hindrances.includes('hidden') ? Infinity : machine.hiddenAt + policy.hiddenMs
  if (state.status === 'connecting') return Math.min(hidden, line.since + policy.connectMs)
  if (state.status === 'waiting') return Math.min(hidden, state.retryAt)
  if (state.status === 'paused' || line.held) return hidden
  if (state.status !== 'open') return Infinity
  return Math.min(hidden, line.proofBy, line.byteAt + silenceLimit(machine, policy))
}

function silenceLimit({ line, longestGapMs }: Machine, { silenceMs }: Policy): number {
  if (silenceMs !== 'auto') return silenceMs
  if (line.midMessage) return 20_000
  return longestGapMs === 0 ? 300_000 : Math.min(Math.max(15_000, 3 * longestGapMs), 300_000)
}

function holdsSocket({ state }: Machine): boolean {
  return state.status === 'connecting' || state.status === 'open'
}

/** Whether it has been asked for and is not over. */
function isActive({ state }: Machine): boolean {
  return state.status !== 'idle' && state.status !== 'closed'
}
