import { describe, expect, test } from 'vitest'
import type { PolicyOptions } from '../../src/connection/retry-policy.ts'
import {
  type Batch,
  type ConnectionEvent,
  type ConnectionEventBody,
  createMachine,
  type Effect,
  type Machine,
} from '../../src/connection/state.ts'
import { transition } from '../../src/connection/transition.ts'
import { SseError } from '../../src/errors.ts'
import type { PauseReason } from '../../src/platform/page.ts'

const policies: Record<string, PolicyOptions> = {
  'the default policy': {},
  'a POST': { method: 'POST' },
  'headers as a function': { headers: () => ({}) },
  'retry: false': { retry: false },
  'three attempts': { retry: { attempts: 3 } },
  'pauseWhenHiddenMs: 1000': { pauseWhenHiddenMs: 1_000 },
  'no timeouts': { connectTimeoutMs: false, idleTimeoutMs: false },
}

const errors = [
  new SseError('network', 'broke off'),
  new SseError('ended', 'ended'),
  new SseError('ended', 'no content', { status: 204 }),
  new SseError('status', 'unauthorized', { status: 401 }),
  new SseError('status', 'unavailable', { status: 503, retryAfterMs: 5_000 }),
  new SseError('status', 'not found', { status: 404 }),
  new SseError('content-type', 'html'),
  new SseError('message-too-large', 'too large'),
]

/** All events, for the attempt with this generation. */
function eventsFor(generation: number): ConnectionEventBody[] {
  const reasons: PauseReason[] = ['offline', 'hidden', 'frozen']
  const batch = { messages: 0, comments: 0, midMessage: false, retryMs: undefined }
  const received = (part: Partial<Batch>) =>
    ({ type: 'received', generation, batch: { ...batch, ...part } }) as const
  return [
    { type: 'open' },
    { type: 'close' },
    { type: 'release' },
    { type: 'timer-fired' },
    ...reasons.map((reason) => ({ type: 'pause', reason }) as const),
    ...reasons.map((reason) => ({ type: 'resume', reason }) as const),
    { type: 'gap', gap: { from: null, to: null } },
    { type: 'reconnect' },
    { type: 'role', role: 'follower' },
    { type: 'accepted', generation },
    { type: 'accepted', generation, continuity: 'resumed' },
    received({}),
    received({ messages: 2 }),
    received({ comments: 1 }),
    received({ midMessage: true, retryMs: 3_000 }),
    { type: 'backpressure', generation, active: true },
    { type: 'backpressure', generation, active: false },
    { type: 'terminated', error: undefined },
    ...errors.flatMap((error): ConnectionEventBody[] => [
      { type: 'attempt-failed', generation, error },
      { type: 'terminated', error },
    ]),
  ]
}

/** Socket, timer and page listeners that the effects create. */
interface World {
  socket: number | undefined
  timerAt: number | undefined
  observing: boolean
}

/** Asserts; cheaper than `expect` for a million transitions. */
function check(holds: boolean, otherwise: string): void {
  if (!holds) expect.fail(otherwise)
}

function perform(world: World, effects: readonly Effect[], at: number): World {
  const next = { ...world }
  for (const effect of effects) {
    switch (effect.type) {
      case 'connect':
        check(next.socket === undefined, 'a second socket is opened')
        next.socket = effect.generation
        break
      case 'disconnect':
        check(next.socket !== undefined, 'no socket to close')
        next.socket = undefined
        break
      case 'set-timer':
        check(effect.delayMs >= 0 && effect.delayMs < 2 ** 31, 'the delay overflows the timer')
        next.timerAt = at + effect.delayMs
        break
      case 'clear-timer':
        check(next.timerAt !== undefined, 'no timer to clear')
        next.timerAt = undefined
        break
      case 'observe-page':
        check(!next.observing, 'the page is observed twice')
        next.observing = true
        break
      case 'unobserve-page':
        check(next.observing, 'the page is not observed')
        next.observing = false
        break
    }
  }
  return next
}

/** Returns the same text for machines that behave alike, apart from times and counts. */
function kindOf(machine: Machine): string {
  const { state, pauseReasons, hiddenAt, lastError, disconnectedAt, headersRefreshed, failures } = machine
  const reason = 'reason' in state ? state.reason : 'continuity' in state ? state.continuity : ''
  const flags = [
    machine.midMessage,
    machine.hasMessages,
    String(machine.idleOverrideMs),
    machine.lastCommentAt < Infinity,
    machine.lostMidMessage,
  ]
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
  now: number
}

/** Milliseconds by which the monotonic clock and the wall clock move: a moment, a long time, and leaps of the wall clock. */
const moves: [number, number][] = [
  [10, 10],
  [100_000, 100_000],
  [10, 100_000],
  [10, -100_000],
]

/** Bound of the walk, so that it ends also for a machine whose states never repeat. There are about 840 kinds. */
const MAX_CASES = 2_500

/** Visits every kind of machine by every possible event, after every move of the clocks. Returns one case of each kind. */
function walk(
  options: PolicyOptions,
  visit: (from: Case, event: ConnectionEvent, to: Case) => void = () => undefined,
): readonly Case[] {
  const start: Case = {
    machine: createMachine(),
    world: { socket: undefined, timerAt: undefined, observing: false },
    at: 1_000,
    now: 1_000_000,
  }
  const seen = new Set([kindOf(createMachine())])
  const cases = [start]
  for (const from of cases) {
    for (const resumable of [false, true]) {
      for (const [later, wallLater] of moves) {
        for (const body of eventsFor(from.machine.generation)) {
          if (!isPossible(from, body)) continue
          const at =
            body.type === 'timer-fired' ? Math.max(from.at + later, from.world.timerAt ?? 0) : from.at + later
          const now = from.now + wallLater + (at - from.at - later)
          const event: ConnectionEvent = { ...body, at, now, jitter: 0.5, resumable }
          const [machine, effects] = transition(freeze(from.machine), event, options)
          const world = body.type === 'timer-fired' ? { ...from.world, timerAt: undefined } : from.world
          const to = { machine, world: perform(world, effects, at), at, now }
          visit(from, event, to)
          const kind = kindOf(machine)
          if (!seen.has(kind)) cases.push(to)
          check(cases.length < MAX_CASES, 'there are more kinds of machines than expected')
          seen.add(kind)
        }
      }
    }
  }
  return cases
}

/** Returns true if the event can happen: a timer fires only while it runs, and only an open socket has events. */
function isPossible({ world, machine }: Case, body: ConnectionEventBody): boolean {
  const { status } = machine.state
  if (body.type === 'timer-fired') return world.timerAt !== undefined
  if (!('generation' in body)) return true
  if (body.type === 'attempt-failed') return status === 'connecting' || status === 'open'
  return body.type === 'accepted' ? status === 'connecting' : status === 'open'
}

function freeze(machine: Machine): Machine {
  Object.freeze(machine.state)
  Object.freeze(machine.pauseReasons)
  return Object.freeze(machine)
}

describe.each(Object.entries(policies))('under %s', (_, options) => {
  test('every event in every state keeps the invariants', () => {
    walk(options, (from, event, { machine, world, at, now }) => {
      const { state, idleOverrideMs } = machine
      const transitionText = () =>
        `${JSON.stringify(event)}: ${JSON.stringify(from.machine.state)} → ${JSON.stringify(state)}`
      const holds = state.status === 'connecting' || state.status === 'open'
      check(
        world.socket === (holds ? machine.generation : undefined),
        `a socket exists exactly while connecting or open: ${transitionText()}`,
      )

      const active = state.status !== 'idle' && state.status !== 'closed'
      check(
        world.observing === active,
        `the page is observed exactly while the stream is active: ${transitionText()}`,
      )

      const isPaused = idleOverrideMs === Infinity
      const isUnlimited = isPaused || (options.connectTimeoutMs === false && idleOverrideMs === undefined)
      const hidesSoon =
        options.pauseWhenHiddenMs !== undefined &&
        machine.hiddenAt < Infinity &&
        !machine.pauseReasons.includes('hidden')
      const waits = state.status === 'waiting' || hidesSoon || (holds && !isUnlimited)
      if (!isPaused)
        check(
          (world.timerAt !== undefined) === waits,
          `a timer runs exactly while there is a deadline: ${transitionText()}`,
        )
      if (world.timerAt !== undefined) {
        check(
          world.timerAt === machine.timerAt || Math.max(world.timerAt, machine.timerAt) <= at,
          `the timer is the one in the machine, or overdue: ${transitionText()}`,
        )
        check(world.timerAt - at <= 30_000, `the timer is at most 30 s ahead: ${transitionText()}`)
      }

      if (state.status === 'waiting') {
        check(
          world.timerAt! <= Math.max(machine.activeAt + state.delayMs, at),
          `the next attempt is in time: ${transitionText()}`,
        )
        check(
          state === from.machine.state || state.retryAt === now + state.delayMs,
          `the time of the next attempt is a time of the wall clock: ${transitionText()}`,
        )
        check(Number.isInteger(state.delayMs), `the delay is whole: ${transitionText()}`)
        check(state.attempt === machine.failures + 1, `the attempt is counted: ${transitionText()}`)
      }
      if (state.status === 'closed') {
        check(
          state.reason !== 'failed' || state.error instanceof SseError,
          `a failed stream has an error: ${transitionText()}`,
        )
      }
      if (event.type === 'terminated' && from.world.observing)
        check(
          state.status === 'closed' &&
            state.error === event.error &&
            (state.reason === 'failed') === !!event.error,
          `a terminated stream stays closed under any policy: ${transitionText()}`,
        )
      if (event.type === 'close') check(state.status === 'closed', `close() closes: ${transitionText()}`)
      if (from.machine.state.status === 'closed' && event.type !== 'open')
        check(state === from.machine.state, `only open() leaves the state closed: ${transitionText()}`)
    })
  })

  test('an event of an older attempt changes nothing in any state', () => {
    const context = { jitter: 0, resumable: true }
    for (const { machine, at } of walk(options))
      for (const body of eventsFor(machine.generation - 1)) {
        if (!('generation' in body)) continue
        const [after, effects] = transition(machine, { ...body, ...context, at, now: at }, options)
        check(after === machine && effects.length === 0, `${body.type} of an older attempt was handled`)
      }
  })
})

test('the walk reaches every state', () => {
  const statuses = new Set<string>()
  for (const options of Object.values(policies))
    for (const { machine } of walk(options)) {
      const { state } = machine
      statuses.add(
        'reason' in state
          ? `${state.status} ${state.reason}`
          : 'continuity' in state
            ? state.continuity
            : state.status,
      )
    }
  expect([...statuses].sort()).toEqual([
    'closed closed',
    'closed ended',
    'closed failed',
    'connecting',
    'fresh',
    'gap',
    'idle',
    'paused frozen',
    'paused hidden',
    'paused offline',
    'restarted',
    'resumed',
    'unverified',
    'waiting',
  ])
})
