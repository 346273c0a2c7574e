import { describe, expect, test } from 'vitest'
import { type ConnectionEventBody, createMachine } from '../../src/connection/state.ts'
import { transition } from '../../src/connection/transition.ts'
import { SseError } from '../../src/errors.ts'
import { createRandom } from './harness.ts'
import { type Chunk, type Rhythm, rhythms } from './rhythms.ts'

const HOUR_MS = 3_600_000
const lost = new SseError('network', 'broke off')

/** Creates a connection in simulated time, in which only events and gaps take time. */
function createSimulation() {
  let machine = createMachine()
  let at = 0
  let wallMs = 0
  function send(body: ConnectionEventBody): void {
    const event = { ...body, at, now: at + wallMs, jitter: 0, resumable: true }
    ;[machine] = transition(machine, event, {})
  }
  /** Fires the timers of the next `ms` milliseconds until the state changes. Returns the time that passed. */
  function wait(ms: number): number {
    const { state } = machine
    const start = at
    while (machine.state === state && at < start + ms) {
      at = Math.min(machine.timerAt, start + ms)
      if (at === machine.timerAt) send({ type: 'timer-fired' })
    }
    return at - start
  }
  return {
    get at() {
      return at
    },
    get state() {
      return machine.state
    },
    wait,
    /** The wall clock goes on; the monotonic clock and timers stand still. */
    sleep: (ms: number) => void (wallMs += ms),
    /** Receives a chunk, or one after each `gapMs` for some minutes. */
    receive(content: Chunk['content'], gapMs = 0, minutes = 0): void {
      const batch = { messages: 0, comments: 0, midMessage: false, retryMs: undefined, [content]: 1 }
      for (const end = at + minutes * 60_000; ;) {
        if (gapMs) wait(gapMs)
        send({ type: 'received', generation: machine.generation, batch })
        if (at >= end) return
      }
    },
    open(): void {
      if (machine.state.status === 'idle') send({ type: 'open' })
      while (machine.state.status !== 'connecting') wait(HOUR_MS)
      send({ type: 'accepted', generation: machine.generation })
    },
    lose: () => send({ type: 'attempt-failed', generation: machine.generation, error: lost }),
  }
}

/** Simulates streams of 1 to 24 hours, whose connections last for up to 4. Returns the silences that were taken for dead connections. */
function findFalseAlarms({ hours, create }: Rhythm, random: () => number): number[] {
  const alarms: number[] = []
  for (let leftMs = hours * HOUR_MS; leftMs > 0;) {
    const simulation = createSimulation()
    const next = create(random)
    const lifeMs = Math.min(leftMs, (1 + 23 * random()) * HOUR_MS)
    leftMs -= lifeMs
    while (simulation.at < lifeMs) {
      simulation.open()
      const end = Math.min(lifeMs, simulation.at + 4 * random() * HOUR_MS)
      const { state } = simulation
      while (simulation.at < end && simulation.state === state) {
        const { gapMs, content } = next()
        const silentMs = simulation.wait(gapMs)
        if (simulation.state === state) simulation.receive(content)
        else alarms.push(silentMs)
      }
      if (simulation.state === state) simulation.lose()
    }
  }
  return alarms
}

describe('a stream that is alive is never taken for dead', () => {
  test('the simulated hours add up to 10,000', () => {
    expect(rhythms.reduce((sum, { hours }) => sum + hours, 0)).toBe(10_000)
  })

  test.each(rhythms)('$name ($hours h)', (rhythm) => {
    expect(findFalseAlarms(rhythm, createRandom(1))).toEqual([])
  })
})

describe('a stream whose backend dies behind a proxy is noticed', () => {
  test.each([
    [100, 2, 90_000],
    [100, 1, 300_000],
    [1_000, 4, 90_000],
    [1_000, 3, 300_000],
    [15_000, 51, 150_000],
    [29_000, 120, 290_000],
    [31_000, 200, 300_000],
  ])('with chunks every %i ms for %i minutes after %i ms', (periodMs, minutes, timeoutMs) => {
    const simulation = createSimulation()
    simulation.open()
    simulation.receive('messages', periodMs, minutes)
    expect(simulation.wait(HOUR_MS)).toBe(timeoutMs)
    expect(simulation.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
  })

  test('at the smaller limit, if the server sends heartbeats too', () => {
    const simulation = createSimulation()
    simulation.open()
    simulation.receive('comments', 10_000, 1)
    simulation.receive('messages', 100, 70)
    expect(simulation.wait(HOUR_MS)).toBe(30_000)
  })

  test('as before after 5 s of silence, if the computer slept, which says nothing about the rhythm', () => {
    const simulation = createSimulation()
    simulation.open()
    simulation.receive('messages', 100, 10)
    simulation.sleep(HOUR_MS)
    expect(simulation.wait(HOUR_MS)).toBeLessThanOrEqual(35_000)
    simulation.open()
    simulation.receive('messages', 100, 10)
    expect(simulation.wait(HOUR_MS)).toBe(90_000)
  })
})

test('a feed that pauses without heartbeats is reconnected needlessly once, and then after 5 min of silence', () => {
  const simulation = createSimulation()
  const silences: number[] = []
  for (let day = 0; day < 5; day++) {
    simulation.open()
    simulation.receive('messages', 100, 400)
    silences.push(simulation.wait(280_000))
    if (simulation.state.status === 'open') simulation.lose()
  }
  simulation.open()
  simulation.receive('messages', 100, 400)
  silences.push(simulation.wait(HOUR_MS))
  expect(silences).toEqual([90_000, 280_000, 280_000, 280_000, 280_000, 300_000])
})
