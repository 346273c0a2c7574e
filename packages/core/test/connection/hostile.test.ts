import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { createFakeClock } from '../../src/testing/index.ts'
import { type Hostile, HOSTILE, IDLE_MS, startHostile } from './hostile.ts'

interface Measured {
  readonly attempts: number
  /** What became of the stream. */
  readonly end: string
}

const measured = new Map<string, Measured>()

/**
 * Counts the attempts of 15 seconds, over real sockets. Time stands still while the client has something to do, so that a slow machine
 * changes nothing, and chance adds nothing to any delay: as many attempts as there can be.
 */
async function measure(hostile: Hostile): Promise<void> {
  const server = await startHostile(hostile)
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
    // Nothing goes on: neither side has more to do until a second has gone by.
    const { status } = stream.getSnapshot()
    if (status === 'connecting' || status === 'open') await clock.advance(1_000)
  }
  const state = stream.getSnapshot()
  stream.close()
  await server.close()
  const why = 'error' in state && state.error ? `\`${state.error.code}\`` : ''
  measured.set(hostile.name, {
    attempts,
    end: state.status === 'closed' ? `${state.reason}${why && `: ${why}`}` : 'tries again',
  })
}

beforeAll(async () => {
  await Promise.all(HOSTILE.map(measure))
  const rows = HOSTILE.map(({ name, most }) => {
    const { attempts, end } = measured.get(name)!
    return `| ${name} | ${attempts} | ${most} | ${end} |`
  })
  console.log(['| the server | attempts | at most | then |', '|---|---|---|---|', ...rows].join('\n'))
}, 60_000)

test.each(HOSTILE)('a server that does this meets no storm: $name', ({ name, most }) => {
  const { attempts } = measured.get(name)!
  expect(attempts).toBeGreaterThan(0)
  expect(attempts).toBeLessThanOrEqual(most)
})

test('what the documentation says of them is what was measured, and no less', () => {
  const text = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8')
  const [section = ''] = text.slice(text.indexOf('### Hostile servers')).split('\n## ')
  const rows = section.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { name, most } of HOSTILE) {
    const { attempts, end } = measured.get(name)!
    const [, , documented, limit, then] = rows.find((cells) => cells[1] === name) ?? []
    expect([name, limit, then]).toEqual([name, String(most), end])
    // On a machine so busy that a server seems idle, a second goes by that was not due, and there are fewer.
    expect(attempts - Number(documented), `${name}: ${documented}, not ${attempts}`).toBeLessThanOrEqual(1)
  }
  expect(rows.filter((cells) => /^\d+$/.test(cells[2] ?? ''))).toHaveLength(HOSTILE.length)
})
