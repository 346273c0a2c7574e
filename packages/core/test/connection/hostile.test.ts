import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { createEventStream } from '../../src/event-stream.ts'
import { type Hostile, HOSTILE, SCALE, startHostile } from './hostile.ts'
import { createFastClock } from './soak-client.ts'

interface Measured {
  readonly attempts: number
  /** What became of the stream. */
  readonly end: string
}

const measured = new Map<string, Measured>()

/** Counts the attempts of 15 seconds. Chance adds nothing to any delay: as many as there can be. */
async function measure(hostile: Hostile): Promise<void> {
  const server = await startHostile(hostile)
  let attempts = 0
  const stream = createEventStream(`${server.origin}/`, {
    clock: createFastClock(SCALE, () => 0),
    fetch(input, init) {
      attempts++
      return fetch(input, init)
    },
  })
  stream.onMessage(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 15_000 / SCALE))
  const state = stream.getSnapshot()
  stream.close()
  await server.close()
  const why = 'cause' in state && state.cause ? `\`${state.cause.code}\`` : ''
  const end = state.status === 'closed' ? `${state.reason}${why && `: ${why}`}` : 'tries again'
  measured.set(hostile.name, { attempts, end })
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

test('what the documentation says of them is what was measured, give or take one attempt', () => {
  const text = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8')
  const [section = ''] = text.slice(text.indexOf('### Hostile servers')).split('\n## ')
  const rows = section.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { name, most } of HOSTILE) {
    const { attempts, end } = measured.get(name)!
    const [, , documented, limit, then] = rows.find((cells) => cells[1] === name) ?? []
    expect([name, limit, then]).toEqual([name, String(most), end])
    expect(
      Math.abs(Number(documented) - attempts),
      `${name}: ${documented}, not ${attempts}`,
    ).toBeLessThanOrEqual(1)
  }
  expect(rows.filter((cells) => /^\d+$/.test(cells[2] ?? ''))).toHaveLength(HOSTILE.length)
})
