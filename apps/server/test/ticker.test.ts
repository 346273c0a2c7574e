import { expect, test } from 'vitest'
import { tickAt, type Tick } from '../src/ticker.ts'
import { gapsIn, idsOf, listen, resume, type Listener } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const ticksOf = ({ messages }: Listener) => messages.map(({ data }) => JSON.parse(data) as Tick)
const now = () => Math.floor(Date.now() / 10)

test('sends ticks without an event name, numbered without holes', async () => {
  const { url } = await serverForTest()
  const before = now()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 50)
  const { headers } = ticker
  expect(headers['content-type']).toBe('text/event-stream')
  expect(headers['cache-control']).toBe('no-store, no-transform')
  expect(headers['x-accel-buffering']).toBe('no')
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(gapsIn(idsOf(ticker))).toEqual([])
  const ticks = ticksOf(ticker)
  expect(ticks[0]?.n).toBeGreaterThanOrEqual(before)
  expect(gapsIn(ticks.map(({ n }) => n))).toEqual([])
  expect(ticks).toEqual(ticks.map(({ n }) => tickAt(n)))
  expect(new Set(ticker.messages.map(({ event }) => event))).toEqual(new Set(['message']))
})

test('resumes after the Last-Event-ID, and says so', async () => {
  const { url } = await serverForTest()
  const first = await listen(`${url}/api/ticker`)
  await first.until(() => first.messages.length >= 100)
  first.close()
  const second = await resume(`${url}/api/ticker`, first)
  await second.until(() => second.messages.length >= 100)
  expect(second.headers['sse-resume']).toBe('complete')
  expect(second.headers['access-control-expose-headers']).toMatch(/SSE-Resume/)
  expect(gapsIn([...idsOf(first), ...idsOf(second)])).toEqual([])
})

test.each([
  ['from the future', '9007199254740991-1'],
  ['that is a word', 'abc'],
  ['that is too long', '9'.repeat(400)],
  ['in another script', Buffer.from('长江').toString('latin1')],
])('tells a gap of unknown size for an id %s', async (_, id) => {
  const { url } = await serverForTest()
  const ticker = await listen(`${url}/api/ticker`, { headers: { 'Last-Event-ID': id } })
  await ticker.until(() => ticker.messages.length >= 5)
  expect(ticker.headers['sse-resume']).toBe('gap')
  expect(JSON.parse(ticker.messages[0]?.data ?? '')).toMatchObject({ to: null })
  expect(gapsIn(idsOf(ticker).slice(1))).toEqual([])
})

test('neither skips nor repeats a tick after the process was blocked', async () => {
  const { url } = await serverForTest()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 5)
  const blockedUntil = performance.now() + 400
  while (performance.now() < blockedUntil);
  await ticker.until(() => ticker.messages.length >= 80)
  expect(gapsIn(idsOf(ticker))).toEqual([])
  expect(gapsIn(ticksOf(ticker).map(({ n }) => n))).toEqual([])
  expect(now() - (ticksOf(ticker).at(-1)?.n ?? 0)).toBeLessThan(100)
})
