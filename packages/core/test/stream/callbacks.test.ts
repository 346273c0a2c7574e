import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  bindEventStream,
  createEventStream,
  type EventStreamOptions,
  history,
  json,
  latest,
  type NoEvents,
  SseError,
} from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

const noop = () => undefined
let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

const make = <Data = string | undefined, Events = NoEvents>(options: EventStreamOptions<Data, Events> = {}) =>
  createEventStream<Events, Data>('https://example.com/', { clock, fetch: server.fetch, ...options })

describe('onClose', () => {
  test('is called once with the final data when the server ends the stream', async () => {
    const onClose = vi.fn<(closing: object) => void>()
    const stream = make({ onClose, until: ({ data }) => data === 'end' && 'inclusive' })
    stream.subscribe(noop)
    await (await server.nextRequest()).send('data: one\n\ndata: end\n\n')
    expect(onClose.mock.calls).toEqual([[{ reason: 'ended', error: undefined, data: 'end' }]])
    stream.close()
    expect(onClose).toHaveBeenCalledTimes(1)
  })

  test('is called with the error when the stream fails', async () => {
    const onClose = vi.fn<(closing: object) => void>()
    make({ onClose }).subscribe(noop)
    await (await server.nextRequest()).refuse(404)
    expect(onClose.mock.calls).toEqual([[{ reason: 'failed', error: expect.any(SseError), data: undefined }]])
  })

  test('is called after close(), with the snapshot already closed', async () => {
    const seen: unknown[] = []
    const stream = make({
      onClose({ reason }) {
        seen.push(reason, stream.getSnapshot().status)
      },
    })
    stream.subscribe(noop)
    await (await server.nextRequest()).accept()
    stream.close()
    expect(seen).toEqual(['closed', 'closed'])
  })

  test('may open the stream again', async () => {
    const stream = make({
      onClose({ reason }) {
        if (reason === 'ended') stream.open()
      },
    })
    stream.subscribe(noop)
    await (await server.nextRequest()).refuse(204)
    expect((await server.nextRequest()).aborted).toBe(false)
  })

  test('is not called when the last subscriber leaves', async () => {
    const onClose = vi.fn<() => void>()
    const leave = make({ onClose }).subscribe(noop)
    await (await server.nextRequest()).accept()
    leave()
    await clock.advance(200)
    expect(server.connections).toBe(0)
    expect(onClose).not.toHaveBeenCalled()
  })
})

describe('autoConnect: false', () => {
  test('keeps the stream idle until open()', async () => {
    const stream = make({ autoConnect: false })
    const leave = stream.subscribe(noop)
    await clock.advance(60_000)
    expect([stream.getSnapshot().status, server.requests.length]).toEqual(['idle', 0])
    stream.open()
    const request = await server.nextRequest()
    await request.send('data: one\n\n')
    await clock.advance(0)
    expect(stream.getSnapshot()).toMatchObject({ status: 'open', data: 'one' })
    leave()
    await clock.advance(200)
    expect([stream.getSnapshot().status, server.connections]).toEqual(['idle', 0])
  })

  test('keeps it idle for a later subscriber of a bound stream, too', async () => {
    const stream = bindEventStream(
      () => 'https://example.com/',
      () => ({ clock, fetch: server.fetch, autoConnect: false }),
    )
    stream.onMessage(noop)
    stream.subscribe(noop)
    await clock.advance(1_000)
    expect(server.requests).toHaveLength(0)
  })
})

describe('messages with a type', () => {
  const warn = vi.spyOn(console, 'warn')
  beforeEach(() => void warn.mockReset().mockImplementation(() => undefined))

  async function receive(options: EventStreamOptions<any, any>, ...messages: string[]) {
    const stream = make(options)
    stream.subscribe(noop)
    await (await server.nextRequest()).send(messages.map((message) => `${message}\n\n`).join(''))
    await clock.advance(0)
    return stream.getSnapshot()
  }

  test('do not overwrite data without events and fold, and are warned about once', async () => {
    const ping = 'event: ping\ndata: 1'
    expect(await receive({}, 'data: one', ping, ping)).toMatchObject({
      data: 'one',
      lastEventType: 'message',
    })
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/type "ping".*events: \{ "ping": json\(\) \}/)]])
  })

  test('reach a listener, and are then not warned about', async () => {
    const types: string[] = []
    await receive({ onMessage: ({ type }: { type: string }) => types.push(type) }, 'event: heard\ndata: 1')
    expect(types).toEqual(['heard'])
    expect(warn).not.toHaveBeenCalled()
  })

  test('reach a fold that the user gave', async () => {
    const data = (await receive({ fold: history(5) }, 'data: one', 'event: folded\ndata: two')).data
    expect((data as { type: string }[]).map(({ type }) => type)).toEqual(['message', 'folded'])
    expect(await receive({ fold: latest() }, 'event: folded\ndata: two')).toMatchObject({
      data: 'two',
      lastEventType: 'folded',
    })
    expect(warn).not.toHaveBeenCalled()
  })

  test('are warned about once if events names only types that never come', async () => {
    const events = { price: json(), halt: json() }
    const snapshot = await receive({ events }, 'event: prices\ndata: 1', 'event: prices\ndata: 2')
    expect([snapshot.data, snapshot.lastEventType]).toEqual([undefined, ''])
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/type "prices" is not used: events names only price, halt/)],
    ])
  })

  test('are not warned about once a message had a type that events names', async () => {
    await receive(
      { events: { known: json() }, onInvalid: noop },
      'event: known\ndata: {',
      'event: other\ndata: 2',
    )
    expect(warn).not.toHaveBeenCalled()
  })
})
