import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  count,
  createEventStream,
  type Fold,
  history,
  keyed,
  latest,
  type NoEvents,
  type EventStreamOptions,
  text,
} from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

/** Opens a stream. `send` sends blocks and returns the data after the next notification. */
async function open<Data>(options: EventStreamOptions<Data> | (() => EventStreamOptions<Data>)) {
  const given = typeof options === 'function' ? options : () => options
  const stream = createEventStream<NoEvents, Data>('https://example.com/', () => ({
    clock,
    fetch: server.fetch,
    ...given(),
  }))
  stream.subscribe(() => {})
  const request = await server.nextRequest()
  const send = async (...blocks: string[]) => {
    await request.send(blocks.map((block) => `${block}\n\n`).join(''))
    await clock.advance(0)
    return stream.getSnapshot().data
  }
  return { stream, send }
}

describe('keyed', () => {
  test('keeps the last message of each key, in the order of first appearance', async () => {
    const { send } = await open({ fold: keyed((message) => message.type) })
    const data = await send('event: a\ndata: 1', 'event: b\ndata: 2', 'event: a\ndata: 3')
    expect([...(data as ReadonlyMap<string, { data: string }>)].map(([key, { data }]) => key + data)).toEqual(
      ['a3', 'b2'],
    )
  })

  test('ignores messages without a key and deletes keys for which remove returns true', async () => {
    const { send } = await open({
      fold: keyed((message) => message.id || undefined, { remove: ({ type }) => type === 'left' }),
    })
    expect([
      ...((await send('data: nobody', 'id: a\ndata: 1', 'id: b\ndata: 2')) as Map<string, unknown>).keys(),
    ]).toEqual(['a', 'b'])
    expect([...((await send('id: a\nevent: left\ndata:')) as Map<string, unknown>).keys()]).toEqual(['b'])
  })

  test('returns the same map until something changes', async () => {
    const { send } = await open({ fold: keyed((message) => message.data || undefined) })
    const one = await send('data: a')
    expect(await send('data:')).toBe(one)
    const two = await send('data: b')
    expect(two).not.toBe(one)
    expect((one as Map<string, unknown>).size).toBe(1)
  })

  test('starts with initialData without changing it', async () => {
    const rendered = new Map([['a', { type: 'message', data: 'old', id: '' }]])
    const { stream, send } = await open({ fold: keyed((message) => message.data), initialData: rendered })
    expect(stream.getServerSnapshot().data).toEqual(rendered)
    expect(((await send('data: b')) as Map<string, unknown>).size).toBe(2)
    expect(rendered.size).toBe(1)
  })
})

describe('text', () => {
  test('appends the data of each message, or the text that its function returns', async () => {
    expect(await (await open({ fold: text() })).send('data: Hel', 'data: lo')).toBe('Hello')
    const selecting = await open({ fold: text((message) => JSON.parse(message.data).delta ?? '') })
    expect(await selecting.send('data: {"delta":"你"}', 'data: {}', 'data: {"delta":"好"}')).toBe('你好')
  })

  test('is a decoder, too', () => {
    expect(text('as it is')).toBe('as it is')
  })
})

test('history starts with initialData without changing it', async () => {
  const rendered = [{ type: 'message', data: 'old', id: '' }]
  const { send } = await open({ fold: history(5), initialData: rendered })
  expect((await send('data: new')).map(({ data }) => data)).toEqual(['old', 'new'])
  expect(rendered).toHaveLength(1)
})

test('view is not called for changes of the connection', async () => {
  const fold = count()
  const view = vi.spyOn(fold, 'view')
  const { stream, send } = await open({ fold })
  await send('data: a')
  view.mockClear()
  stream.close()
  stream.open()
  expect(view).not.toHaveBeenCalled()
})

test('count starts with initialData', async () => {
  expect(await (await open({ fold: count(), initialData: 7 })).send('data: a', 'data: b')).toBe(9)
})

test('a function as fold starts with initialData', async () => {
  const { send } = await open({ fold: (sum: number, message) => sum + Number(message.data), initialData: 10 })
  expect(await send('data: 1', 'data: 2')).toBe(13)
})

test.each([
  ['a function without initialData', { fold: ((sum: unknown) => sum) as never }, 'needs initialData'],
  ['a string', { fold: 'latest' as never }, 'must be a fold'],
  ['null', { fold: null as never }, 'must be a fold'],
])('createEventStream throws if fold is %s', (_, options, why) => {
  const make = () => createEventStream<NoEvents, unknown>('https://example.com/', options)
  expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', option: 'fold' }))
  expect(make).toThrow(why)
})

describe('each fold', () => {
  const folds: [string, () => Fold<unknown>][] = [
    ['latest', latest],
    ['history', () => history(1_000)],
    ['keyed', () => keyed((message) => message.data)],
    ['text', () => text() as Fold<unknown>],
    ['count', () => count() as Fold<unknown>],
  ]

  test.each(folds)(
    '%s: add is called for each message in order, view once per notification',
    async (_, make) => {
      const fold = make()
      const added: string[] = []
      const add = vi.spyOn(fold, 'add').mockImplementation((state, message) => {
        added.push(message.data)
        return make().add(state, message)
      })
      const view = vi.spyOn(fold, 'view')
      const { send } = await open({ fold })
      view.mockClear()
      await send(...Array.from({ length: 300 }, (_, index) => `data: ${index}`))
      expect(added).toEqual(Array.from({ length: 300 }, (_, index) => String(index)))
      expect(add).toHaveBeenCalledTimes(300)
      expect(view).toHaveBeenCalledTimes(1)
    },
  )

  test.each(folds)('%s: later messages do not change earlier data', async (_, make) => {
    const { send } = await open({ fold: make() })
    const earlier = await send('data: a', 'data: b')
    const json = JSON.stringify(earlier instanceof Map ? [...earlier] : earlier)
    await send('data: c', 'data: a')
    expect(JSON.stringify(earlier instanceof Map ? [...earlier] : earlier)).toBe(json)
  })
})

describe('a fold that changes at run time', () => {
  test('continues with the current data at the next message, if its stateKey is the same', async () => {
    let limit = 2
    const { stream, send } = await open(() => ({ fold: history(limit) }))
    await send('data: a', 'data: b', 'data: c')
    limit = 3
    expect(stream.getSnapshot().data).toHaveLength(2)
    expect((await send('data: d')).map(({ data }) => data)).toEqual(['b', 'c', 'd'])
    limit = 1
    expect((await send('data: e')).map(({ data }) => data)).toEqual(['e'])
  })

  test('starts again at the next message, if its stateKey is different', async () => {
    let fold: Fold<unknown> = history(5)
    const { stream, send } = await open<unknown>(() => ({ fold }))
    await send('data: a', 'data: b')
    fold = count() as Fold<unknown>
    expect(stream.getSnapshot().data).toHaveLength(2)
    expect(await send('data: c')).toBe(1)
  })

  test('uses the latest closure of an inline function', async () => {
    let factor = 1
    const { send } = await open(() => {
      const current = factor
      return {
        fold: (sum: number, message: { data: string }) => sum + current * Number(message.data),
        initialData: 0,
      }
    })
    await send('data: 1')
    factor = 10
    expect(await send('data: 1')).toBe(11)
  })
})

test('a message is lost if add throws, but no other message', async () => {
  const reported = vi.spyOn(console, 'error').mockReturnValue()
  const { send } = await open({ fold: text((message) => JSON.parse(message.data)) })
  expect(await send('data: "a"', 'data: {"cut', 'data: "b"')).toBe('ab')
  expect(reported).toHaveBeenCalledTimes(1)
  reported.mockRestore()
})
