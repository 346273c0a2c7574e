import { describe, expect, test } from 'vitest'
import { createChannel, memoryLog, type Log } from '../src/index.ts'
import { before, findGap, isAfter, isPosition, split } from '../src/resume.ts'
import { Client, requestTo, settle, uniqueName } from './harness.ts'

test.each([
  ['the cursor is the head', '5-7', undefined, '5-7', undefined],
  ['the next entry is there', '5-7', '5-8', '5-9', undefined],
  ['the log is new', '5-0', '5-1', '5-1', undefined],
  ['one entry is missing', '5-7', '5-9', '5-9', { from: '5-7', to: '5-8' }],
  ['many entries are missing', '5-0', '5-100', '5-100', { from: '5-0', to: '5-99' }],
  ['the cursor is of an older epoch', '4-7', '5-1', '5-1', { from: '4-7', to: null }],
  [
    'the cursor is of an older epoch, and the new one is empty',
    '4-7',
    undefined,
    '5-0',
    { from: '4-7', to: null },
  ],
  ['the cursor is beyond the head', '5-8', undefined, '5-7', { from: '5-8', to: null }],
  ['the cursor is of a later epoch', '6-1', undefined, '5-7', { from: '6-1', to: null }],
])('finds the gap when %s', (_, after, next, head, gap) => {
  expect(findGap(after, next, head)).toEqual(gap)
})

test('orders positions by epoch and then by number', () => {
  expect(isAfter('9-10', '9-9')).toBe(true)
  expect(isAfter('10-1', '9-9')).toBe(true)
  expect(isAfter('9-9', '9-9')).toBe(false)
  expect(isAfter('9-9', '10-1')).toBe(false)
  expect(before('9-9')).toBe('9-8')
  expect(before('9-9', 20)).toBe('9-0')
})

test.each([
  '',
  '1',
  '1-',
  '-1',
  '01-1',
  '1-01',
  '1-1 ',
  '1.5-1',
  '1-1\n',
  '9007199254740992-1',
  '1-99999999999999999',
])('does not take %j for a position', (text) => {
  expect(isPosition(text)).toBe(false)
})

describe('a request with Last-Event-ID', () => {
  /** Creates a channel whose log has the messages 6 to 10 of 10. */
  const createTrimmed = async () => {
    const log = memoryLog({ maxMessages: 5 })
    const channel = createChannel<{ n: number }>(uniqueName(), { log })
    for (let n = 1; n <= 10; n++) await channel.publish('n', n)
    const [epoch] = split(await channel.lastId())
    return { channel, log, id: (n: number) => `${epoch}-${n}`, epoch }
  }
  const numbers = ({ blocks }: Client) =>
    blocks.filter(({ type }) => type === 'n').map(({ data }) => Number(data))

  test.each([
    [4, 'gap', [6, 7, 8, 9, 10]],
    [5, 'complete', [6, 7, 8, 9, 10]],
    [6, 'complete', [7, 8, 9, 10]],
    [9, 'complete', [10]],
    [10, 'complete', []],
    [11, 'gap', []],
  ])('of number %i of 6 to 10 is answered with %s and what the log has', async (n, resume, expected) => {
    const { channel, id } = await createTrimmed()
    const client = new Client(await channel.respond(requestTo(id(n))))
    expect(client.response.headers.get('sse-resume')).toBe(resume)
    expect(client.response.headers.get('access-control-expose-headers')).toBe('SSE-Resume')
    await client.readAll()
    expect(numbers(client)).toEqual(expected)
    const gaps = client.blocks.filter(({ type }) => type === 'headwater.gap')
    if (resume === 'complete') expect(gaps).toEqual([])
    else {
      const to = n === 4 ? id(5) : null
      const data = JSON.stringify({ from: id(n), to })
      expect(gaps).toEqual([{ type: 'headwater.gap', data, id: n === 4 ? id(5) : id(10) }])
    }
  })

  test.each([
    ['of an older epoch', (epoch: number) => `${epoch - 1}-7`, [6, 7, 8, 9, 10]],
    ['of another server', () => 'abc"\\é', [6, 7, 8, 9, 10]],
    ['of a later epoch', (epoch: number) => `${epoch + 1}-7`, []],
  ])('%s is told a gap of unknown size', async (_, idOf, expected) => {
    const { channel, epoch } = await createTrimmed()
    const client = await new Client(await channel.respond(requestTo(idOf(epoch)))).readAll()
    expect(client.response.headers.get('sse-resume')).toBe('gap')
    expect(JSON.parse(client.blocks[0]!.data)).toEqual({ from: idOf(epoch), to: null })
    expect(numbers(client)).toEqual(expected)
  })

  test('keeps its position until it is told of the gap, so a drop before that is told again', async () => {
    const { channel, id } = await createTrimmed()
    const { text } = await new Client(await channel.respond(requestTo(id(1)))).readAll()
    expect(text).toMatch(/^retry: 1000\n\nevent: headwater\.gap\n/)
  })

  test('is sent messages that only the ring of the process has', async () => {
    const { channel, id } = await createTrimmed()
    const live = await new Client(await channel.respond(requestTo())).readAll()
    for (let n = 11; n <= 20; n++) {
      await channel.publish('n', n)
      await settle()
    }
    await live.readAll()
    const client = await new Client(await channel.respond(requestTo(id(12)))).readAll()
    expect(client.response.headers.get('sse-resume')).toBe('complete')
    expect(numbers(client)).toEqual([13, 14, 15, 16, 17, 18, 19, 20])
  })

  test('in the header wins over last_event_id in the query', async () => {
    const { channel, id } = await createTrimmed()
    const url = `http://localhost/?last_event_id=${id(8)}`
    const query = await new Client(await channel.respond(new Request(url))).readAll()
    expect(numbers(query)).toEqual([9, 10])
    const both = new Request(url, { headers: { 'last-event-id': id(9) } })
    expect(numbers(await new Client(await channel.respond(both)).readAll())).toEqual([10])
  })

  test('is ignored where none is named, and from decides', async () => {
    const { channel } = await createTrimmed()
    const from = async (at: 'now' | 'start' | number) => {
      const client = await new Client(await channel.respond(requestTo(), { from: at })).readAll()
      expect(client.response.headers.has('sse-resume')).toBe(false)
      expect(client.text).not.toContain('headwater.gap')
      return numbers(client)
    }
    expect(await from('now')).toEqual([])
    expect(await from('start')).toEqual([6, 7, 8, 9, 10])
    expect(await from(2)).toEqual([9, 10])
    expect(await from(100)).toEqual([6, 7, 8, 9, 10])
  })
})

test('a reader that falls behind in the middle of a connection is told of the gap', async () => {
  const channel = createChannel<{ n: number }>(uniqueName(), { log: memoryLog({ maxMessages: 100 }) })
  const client = new Client(await channel.respond(requestTo()))
  await client.read()
  const [epoch] = split(await channel.lastId())
  await channel.publish('n', 1)
  await client.readAll()
  for (let n = 2; n <= 5000; n++) void channel.publish('n', n)
  await channel.publish('n', 5001)
  await settle()
  await client.readAll()
  const ids = client.blocks.map(({ id }) => split(id)[1])
  const index = client.blocks.findIndex(({ type }) => type === 'headwater.gap')
  const { from, to } = JSON.parse(client.blocks[index]!.data) as { from: string; to: string }
  expect(index).toBeGreaterThan(0)
  expect(from).toBe(client.blocks[index - 1]!.id)
  expect(to).toBe(`${epoch}-${ids[index + 1]! - 1}`)
  expect(ids.at(-1)).toBe(5001)
})

test('a new epoch of the log is told to readers that are connected', async () => {
  let log = memoryLog()
  const wakes: (() => void)[] = []
  const changing: Log = {
    append: (...args) => log.append(...args),
    read: (...args) => log.read(...args),
    start: () => log.start(),
    tail: (wake) => {
      wakes.push(wake)
      return () => {}
    },
    close: () => log.close(),
  }
  const channel = createChannel<{ n: number }>(uniqueName(), { log: changing })
  const client = await new Client(await channel.respond(requestTo())).readAll()
  await channel.publish('n', 1)
  for (const wake of wakes) wake()
  await client.readAll()
  const last = await channel.lastId()
  // The first one is lost, with an empty new epoch and then with a message in the one after that.
  log = memoryLog()
  for (const wake of wakes) wake()
  await client.readAll()
  const empty = await channel.lastId()
  log = memoryLog()
  const id = await channel.publish('n', 2)
  for (const wake of wakes) wake()
  await client.readAll()
  expect(client.blocks).toEqual([
    { type: 'n', data: '1', id: last },
    { type: 'headwater.gap', data: JSON.stringify({ from: last, to: null }), id: empty },
    { type: 'headwater.gap', data: JSON.stringify({ from: empty, to: null }), id: before(id) },
    { type: 'n', data: '2', id },
  ])
})
