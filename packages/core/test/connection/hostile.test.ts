import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { createFakeClock } from '../../src/testing/index.ts'
import { type HostileServer, HOSTILE_SERVERS, IDLE_MS, startHostileServer } from './hostile.ts'

interface Measurement {
  readonly attempts: number
  /** Final state of the stream, as in docs/servers/protocol.md. */
  readonly end: string
}

const measurements = new Map<string, Measurement>()

/**
 * Counts the attempts within 15 seconds, over real sockets. The fake clock stands still while the client is active, so a slow
 * machine does not change the result. The jitter is 0, so the result is the maximum.
 */
async function measure(hostile: HostileServer): Promise<void> {
  const server = await startHostileServer(hostile)
  const clock = createFakeClock()
  const end = clock.now() + 15_000
  let attempts = 0
  const stream = createEventStream(`${server.origin}/`, {
    clock,
    fetch(input, init) {
      if (clock.now() < end) attempts++
      return fetch(input, init)
    },
  })
  stream.onMessage(() => undefined)
  while (clock.now() < end && stream.getSnapshot().status !== 'closed') {
    const before = stream.getSnapshot()
    if (before.status === 'waiting') {
      await clock.advance(before.delayMs)
      continue
    }
    for (let turn = 0; turn < IDLE_MS / 5 && stream.getSnapshot().status !== 'waiting'; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await clock.advance(0)
      if (stream.getSnapshot().status === 'closed') break
    }
    // Both sides are idle: advance the clock.
    const { status } = stream.getSnapshot()
    if (status === 'connecting' || status === 'open') await clock.advance(1_000)
  }
  const state = stream.getSnapshot()
  stream.close()
  await server.close()
  const code = 'error' in state && state.error ? `\`${state.error.code}\`` : ''
  measurements.set(hostile.name, {
    attempts,
    end: state.status === 'closed' ? `${state.reason}${code && `: ${code}`}` : 'retries',
  })
}

beforeAll(async () => {
  await Promise.all(HOSTILE_SERVERS.map(measure))
  const rows = HOSTILE_SERVERS.map(({ name, maxAttempts }) => {
    const { attempts, end } = measurements.get(name)!
    return `| ${name} | ${attempts} | ${maxAttempts} | ${end} |`
  })
  console.log(['| the server | attempts | at most | then |', '|---|---|---|---|', ...rows].join('\n'))
}, 60_000)

test.each(HOSTILE_SERVERS)(
  'limits the number of attempts if the server does this: $name',
  ({ name, maxAttempts }) => {
    const { attempts } = measurements.get(name)!
    expect(attempts).toBeGreaterThan(0)
    expect(attempts).toBeLessThanOrEqual(maxAttempts)
  },
)

test('docs/servers/protocol.md lists the measured number of attempts for each hostile server', () => {
  const text = readFileSync(new URL('../../../../docs/servers/protocol.md', import.meta.url), 'utf8')
  const [section = ''] = text.slice(text.indexOf('### Hostile servers')).split('\n## ')
  const rows = section.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { name, maxAttempts } of HOSTILE_SERVERS) {
    const { attempts, end } = measurements.get(name)!
    const [, , documented, limit, then] = rows.find((cells) => cells[1] === name) ?? []
    expect([name, limit, then]).toEqual([name, String(maxAttempts), end])
    // A server on a busy machine may seem idle. Then the clock advances early, and there are fewer attempts.
    expect(attempts - Number(documented), `${name}: ${documented}, not ${attempts}`).toBeLessThanOrEqual(1)
  }
  expect(rows.filter((cells) => /^\d+$/.test(cells[2] ?? ''))).toHaveLength(HOSTILE_SERVERS.length)
})
