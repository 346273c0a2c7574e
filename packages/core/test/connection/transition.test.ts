import { describe, expect, test } from 'vitest'
import { SseError } from '../../src/errors.ts'
import { transition } from '../../src/connection/transition.ts'
import type { PauseReason } from '../../src/platform/page.ts'
import { createPolicy, type PolicyOptions } from '../../src/connection/retry-policy.ts'
import {
  type Effect,
  INITIAL,
  type ConnectionEvent,
  type Machine,
  type Occurrence,
} from '../../src/connection/state.ts'

const policies: Record<string, PolicyOptions> = {
  'the default rules': {},
  'a POST': { method: 'POST' },
  'fresh headers for each attempt': { headers: () => ({}) },
  'no retry': { retry: false },
  'three attempts': { retry: { attempts: 3 } },
  'a hidden page that pauses after a second': { pauseWhenHiddenMs: 1_000 },
  'no limits': { connectTimeoutMs: false, idleTimeoutMs: false },
}

const causes = [
  new SseError('network', 'broke off'),
  new SseError('ended', 'ended'),
  new SseError('ended', 'no content', { status: 204 }),
  new SseError('status', 'unauthorized', { status: 401 }),
  new SseError('status', 'unavailable', { status: 503, retryAfterMs: 5_000 }),
  new SseError('status', 'not found', { status: 404 }),
  new SseError('content-type', 'html'),
  new SseError('message-too-large', 'too large'),
]

/** Everything that may happen, to the attempt with a given generation. */
function occurrences(generation: number): Occurrence[] {
  const hindrances: PauseReason[] = ['offline', 'hidden', 'frozen']
  const received = {
    type: 'received',
    generation,
    retryMs: undefined,
    comments: 0,
    messages: 0,
    midMessage: false,
  } as const
  return [
    { type: 'open' },
    { type: 'close' },
    { type: 'release' },
    { type: 'woke' },
    ...hindrances.map((by) => ({ type: 'hindered', by }) as const),
    ...hindrances.map((by) => ({ type: 'unhindered', by }) as const),
    { type: 'accepted', generation },
    received,
    { ...received, messages: 2 },
    { ...received, comments: 1 },
    { ...received, midMessage: true, retryMs: 3_000 },
    { type: 'held', generation, held: true },
    { type: 'held', generation, held: false },
    { type: 'over', error: undefined },
    ...causes.flatMap((cause): Occurrence[] => [
      { type: 'lost', generation, error: cause },
      { type: 'over', error: cause },
    ]),
  ]
}

/** The socket, the timer and the listeners that effects would have made. */
interface World {
  socket: number | undefined
  wakeAt: number | undefined
  listening: boolean
}

/** Cheaper than `expect`, which a walk of a million steps would feel. */
function check(holds: boolean, otherwise: string): void {
  if (!holds) expect.fail(otherwise)
}

function perform(world: World, effects: readonly Effect[], at: number): World {
  const next = { ...world }
  for (const effect of effects) {
    switch (effect.type) {
      case 'connect':
        check(next.socket === undefined, 'a second socket beside the first')
        next.socket = effect.generation
        break
      case 'disconnect':
        check(next.socket !== undefined, 'no socket to let go')
        next.socket = undefined
        break
      case 'schedule':
        check(effect.delayMs >= 0 && effect.delayMs < 2 ** 31, 'a delay that no timer can hold')
        next.wakeAt = at + effect.delayMs
        break
      case 'unschedule':
        check(next.wakeAt !== undefined, 'no timer to take back')
        next.wakeAt = undefined
        break
      case 'listen':
        check(!next.listening, 'listening twice')
        next.listening = true
        break
      case 'unlisten':
        check(next.listening, 'not listening')
        next.listening = false
        break
    }
  }
  return next
}

/** What makes two machines behave alike, times and counts aside. */
function kind(machine: Machine): string {
  const { state, pauseReasons, hiddenAt, lastError, disconnectedAt, headersRefreshed, failures } = machine
  const reason = 'reason' in state ? state.reason : 'continuity' in state ? state.continuity : ''
  const flags = [machine.midMessage, String(machine.idleTimeoutOverrideMs), machine.lastCommentAt < Infinity]
  const history = [
    lastError?.retryAfterMs,
    disconnectedAt !== undefined,
    headersRefreshed,
    failures > 2,
    hiddenAt < Infinity,
  ]
  return JSON.stringify([state.status, reason, [...pauseReasons].sort(), flags, history])
}

interface Case {
  machine: Machine
  world: World
  at: number
}

/** Walks from the start through every kind of machine, with every input that may come, a moment and a long time later. */
function walk(
  options: PolicyOptions,
  visit: (from: Case, input: ConnectionEvent, to: Case) => void,
): Set<string> {
  const policy = createPolicy(options)
  const start: Case = {
    machine: INITIAL,
    world: { socket: undefined, wakeAt: undefined, listening: false },
    at: 1_000_000,
  }
  const seen = new Set([kind(INITIAL)])
  const queue = [start]
  for (let from = queue.shift(); from; from = queue.shift()) {
    for (const resumable of [false, true]) {
      for (const later of [10, 100_000]) {
        for (const occurrence of occurrences(from.machine.generation)) {
          if (!possible(from, occurrence)) continue
          const at =
            occurrence.type === 'woke' ? Math.max(from.at + later, from.world.wakeAt ?? 0) : from.at + later
          const input: ConnectionEvent = { ...occurrence, at, jitter: 0.5, resumable }
          const [machine, effects] = transition(freeze(from.machine), input, policy)
          const world = occurrence.type === 'woke' ? { ...from.world, wakeAt: undefined } : from.world
          const to = { machine, world: perform(world, effects, at), at }
          visit(from, input, to)
          if (seen.has(kind(machine))) continue
          seen.add(kind(machine))
          queue.push(to)
        }
      }
    }
  }
  return seen
}

/** A timer wakes only while it runs, and only a socket that is held says anything. */
function possible({ world, machine }: Case, occurrence: Occurrence): boolean {
  const { status } = machine.state
  if (occurrence.type === 'woke') return world.wakeAt !== undefined
  if (!('generation' in occurrence)) return true
  if (occurrence.type === 'lost') return status === 'connecting' || status === 'open'
  return occurrence.type === 'accepted' ? status === 'connecting' : status === 'open'
}

function freeze(machine: Machine): Machine {
  Object.freeze(machine.state)
  Object.freeze(machine.pauseReasons)
  return Object.freeze(machine)
}

describe.each(Object.entries(policies))('under %s', (_, options) => {
  test('every input in every state keeps the invariants', () => {
    walk(options, (from, input, { machine, world, at }) => {
      const { state, idleTimeoutOverrideMs: patienceMs } = machine
      const story = () =>
        `${JSON.stringify(input)}: ${JSON.stringify(from.machine.state)} → ${JSON.stringify(state)}`
      const holds = state.status === 'connecting' || state.status === 'open'
      check(
        world.socket === (holds ? machine.generation : undefined),
        `a socket exactly while it is held: ${story()}`,
      )

      const active = state.status !== 'idle' && state.status !== 'closed'
      check(world.listening === active, `listening exactly while the stream is wanted: ${story()}`)

      const held = patienceMs === Infinity
      const endless = held || (options.connectTimeoutMs === false && patienceMs === undefined)
      const hides =
        options.pauseWhenHiddenMs !== undefined &&
        machine.hiddenAt < Infinity &&
        !machine.pauseReasons.includes('hidden')
      const waits = state.status === 'waiting' || hides || (holds && !endless)
      if (!held)
        check((world.wakeAt !== undefined) === waits, `a timer exactly while it is needed: ${story()}`)
      if (world.wakeAt !== undefined) {
        check(
          world.wakeAt === Math.max(machine.timerAt, at) || world.wakeAt === machine.timerAt,
          `the timer that the machine knows: ${story()}`,
        )
        check(world.wakeAt - at <= 30_000, `no timer far ahead: ${story()}`)
      }

      if (state.status === 'waiting') {
        check(world.wakeAt! <= Math.max(state.retryAt, at), `the next attempt is not late: ${story()}`)
        check(state.attempt === machine.failures + 1, `the attempt is counted: ${story()}`)
      }
      if (state.status === 'closed') {
        check(
          state.reason !== 'failed' || state.error instanceof SseError,
          `a failure has a cause: ${story()}`,
        )
      }
      if (input.type === 'over' && from.world.listening)
        check(
          state.status === 'closed' &&
            state.error === input.error &&
            (state.reason === 'failed') === !!input.error,
          `what is over is over, whatever the policy says: ${story()}`,
        )
      if (input.type === 'close') check(state.status === 'closed', `close closes: ${story()}`)
      if (from.machine.state.status === 'closed' && input.type !== 'open')
        check(state === from.machine.state, `only open leads out of closed: ${story()}`)
    })
  })

  test('an input of an older generation changes nothing, in any state', () => {
    const policy = createPolicy(options)
    const moment = { jitter: 0, resumable: true }
    walk(options, (_from, _input, { machine, at }) => {
      for (const occurrence of occurrences(machine.generation - 1)) {
        if (!('generation' in occurrence)) continue
        const [after, effects] = transition(machine, { ...occurrence, ...moment, at }, policy)
        check(
          after === machine && effects.length === 0,
          `${occurrence.type} of an older generation was heard`,
        )
      }
    })
  })
})

test('the walk reaches every state', () => {
  const statuses = new Set<string>()
  for (const options of Object.values(policies))
    walk(options, (_from, _input, { machine: { state } }) => {
      statuses.add(
        'reason' in state
          ? `${state.status} ${state.reason}`
          : 'continuity' in state
            ? state.continuity
            : state.status,
      )
    })
  expect([...statuses].sort()).toEqual([
    'closed closed',
    'closed ended',
    'closed failed',
    'connecting',
    'fresh',
    'idle',
    'paused frozen',
    'paused hidden',
    'paused offline',
    'restarted',
    'resumed',
    'waiting',
  ])
})
