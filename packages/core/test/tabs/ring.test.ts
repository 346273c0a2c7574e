import { expect, test } from 'vitest'
import type { Entry } from '../../src/tabs/protocol.ts'
import { createRing } from '../../src/tabs/ring.ts'

const entries = (...ids: string[]) => ids.map((id): Entry => [id, `id: ${id}\n\n`])

test('returns what came after an id, also after the id that it began with', () => {
  const ring = createRing()
  ring.start('a', true)
  ring.push(entries('b', 'c'))
  expect(ring.after('a')).toEqual(entries('b', 'c'))
  expect(ring.after('b')).toEqual(entries('c'))
  expect(ring.after('c')).toEqual([])
  expect(ring.after('x')).toBeUndefined()
})

test('does not know an id that it has twice', () => {
  const ring = createRing()
  ring.start('a', true)
  ring.push(entries('b', 'c', 'b', 'd'))
  expect(ring.after('b')).toBeUndefined()
  expect(ring.after('c')).toEqual(entries('b', 'd'))
})

test('forgets what came after the id that a response continues after', () => {
  const ring = createRing()
  ring.start('a', true)
  ring.push(entries('b', 'c', 'd'))
  ring.start('c', true)
  ring.push(entries('d', 'e'))
  expect(ring.lastId).toBe('e')
  expect(ring.after('b')).toEqual(entries('c', 'd', 'e'))
})

test('forgets all if the response is not verified, or continues after an id that it does not have', () => {
  for (const [id, isVerified] of [
    ['b', false],
    ['x', true],
  ] as const) {
    const ring = createRing()
    ring.start('a', true)
    ring.push(entries('b'))
    ring.start(id, isVerified)
    ring.push(entries('y'))
    expect(ring.after('a')).toBeUndefined()
    expect(ring.after('b')).toBeUndefined()
    expect(ring.after(id)).toEqual(isVerified ? entries('y') : undefined)
  }
})

test('keeps at most 512 Ki characters', () => {
  const ring = createRing()
  ring.start('0', true)
  for (let number = 1; number <= 10_000; number++) ring.push([[String(number), 'x'.repeat(1_000)]])
  const kept = ring.after('9999')
  expect(kept?.length).toBe(1)
  expect(ring.after('9700')?.length).toBe(300)
  expect(ring.after('9400')).toBeUndefined()
})

test('keeps no comments, and an id that they do not change', () => {
  const ring = createRing()
  ring.start('a', true)
  ring.push([['', ': hello\n']])
  expect(ring.lastId).toBe('a')
  expect(ring.after('a')).toEqual([])
})
