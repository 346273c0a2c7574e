import { expect, test, vi } from 'vitest'
import { tickAt } from '../src/ticker.ts'
import { gapsIn, idsOf, listen } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const now = () => Math.floor(Date.now() / 10)

test('sends ticks without an event name and with their number as id', async () => {
  const { url } = await serverForTest()
  const before = now()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 50)
  const { headers, messages } = ticker
  expect(headers['content-type']).toBe('text/event-stream')
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['x-accel-buffering']).toBe('no')
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(gapsIn(idsOf(ticker))).toEqual([])
  expect(Number(messages[0]?.id)).toBeGreaterThanOrEqual(before)
  for (const { event, id, data } of messages) {
    expect(event).toBe('message')
    expect(JSON.parse(data)).toEqual(tickAt(Number(id)))
  }
})

test('resumes after the Last-Event-ID', async () => {
  const { url } = await serverForTest()
  const id = now() - 1000
  const ticker = await listen(`${url}/api/ticker`, { headers: { 'Last-Event-ID': String(id) } })
  await ticker.until(() => ticker.messages.length >= 1010)
  expect(idsOf(ticker)[0]).toBe(id + 1)
  expect(gapsIn(idsOf(ticker))).toEqual([])
})

test('sends a gap with the lost ids when the client was disconnected for longer than the replay', async () => {
  const { url } = await serverForTest()
  const id = now() - 10_000
  const ticker = await listen(`${url}/api/ticker`, { headers: { 'Last-Event-ID': String(id) } })
  await ticker.until(() => ticker.messages.length >= 6010)
  const [gap, first] = ticker.messages
  const { from, to } = JSON.parse(gap?.data ?? '') as { from: number; to: number }
  expect(gap?.event).toBe('gap')
  expect(from).toBe(id + 1)
  expect(gap?.id).toBe(String(to))
  expect(first?.id).toBe(String(to + 1))
  expect(now() - to).toBeGreaterThanOrEqual(6000)
  expect(gapsIn(idsOf(ticker))).toEqual([])
})

test.each([
  ['from the future', String(now() + 1_000_000)],
  ['that is a word', 'abc'],
  ['that is negative', '-5'],
  ['that is a fraction', '1.5'],
  ['that is in hexadecimal', '0x10'],
  ['that is too long', '9'.repeat(400)],
  ['in another script', Buffer.from('长江').toString('latin1')],
])('starts at the latest tick for an id %s', async (_, id) => {
  const { url } = await serverForTest()
  const before = now()
  const ticker = await listen(`${url}/api/ticker`, { headers: { 'Last-Event-ID': id } })
  await ticker.until(() => ticker.messages.length >= 1)
  expect(idsOf(ticker)[0]).toBeGreaterThanOrEqual(before)
  expect(idsOf(ticker)[0]).toBeLessThanOrEqual(now())
})

test('ignores an id in the query', async () => {
  const { url } = await serverForTest()
  const before = now()
  const ticker = await listen(
    `${url}/api/ticker?lastEventId=${before - 500}&evs_last_event_id=${before - 500}`,
  )
  await ticker.until(() => ticker.messages.length >= 1)
  expect(idsOf(ticker)[0]).toBeGreaterThanOrEqual(before)
})

test('neither skips nor repeats a tick after the process was blocked', async () => {
  const { url } = await serverForTest()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 5)
  const blockedUntil = performance.now() + 400
  while (performance.now() < blockedUntil);
  await ticker.until(() => ticker.messages.length >= 80)
  expect(gapsIn(idsOf(ticker))).toEqual([])
  expect(now() - (idsOf(ticker).at(-1) ?? 0)).toBeLessThan(100)
})

test('runs one timer for all readers and none without readers', async () => {
  const starts = vi.spyOn(globalThis, 'setInterval')
  const stops = vi.spyOn(globalThis, 'clearInterval')
  const { url, logged } = await serverForTest()
  const timers = () =>
    starts.mock.calls.flatMap(([, ms], call) => (ms === 20 ? [starts.mock.results[call]] : []))
  expect(timers()).toHaveLength(0)
  const first = await listen(`${url}/api/ticker?visitor=first`)
  const second = await listen(`${url}/api/ticker?visitor=second`)
  await first.until(() => first.messages.length >= 20)
  await second.until(() => second.messages.length >= 20)
  expect(timers()).toHaveLength(1)
  first.close()
  await logged(/"first" closed/)
  expect(stops).not.toHaveBeenCalledWith(timers()[0]?.value)
  second.close()
  await logged(/"second" closed/)
  expect(stops).toHaveBeenCalledWith(timers()[0]?.value)
  vi.restoreAllMocks()
})
