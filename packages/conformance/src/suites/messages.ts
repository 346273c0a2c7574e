import { count, createEventStream, type Fold, history, json, keyed, select, text } from '@headwater/core'
import { type Answer, chatRequest, openai } from '@headwater/core/llm'
import { expect, test } from 'vitest'
import { type Harness, url } from '../harness.ts'

/** Tests how messages become data, and when they cause a render. */
export function testMessages(harness: Harness): void {
  testFolds(harness)
  testEvents(harness)
  testRenders(harness)
}

/** Tests folds: their data, and their replacement while the stream is open. */
function testFolds(harness: Harness): void {
  test('keyed() keeps the last message of each key', async () => {
    const fold = keyed(({ type }: { type: string }) => type)
    const rendered: unknown[] = []
    await harness.render(harness.view({ fold }, { onRender: ({ data }) => rendered.push(data) }))
    await harness.send(
      await harness.nextRequest(),
      'event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\n',
    )
    const entries = [...(rendered.at(-1) as ReadonlyMap<string, { data: string }>)]
    expect(entries.map(([key, { data }]) => key + data)).toEqual(['a3', 'b2'])
  })

  test('openai() renders an answer as it grows, and closes at its end', async () => {
    const fold = { ...openai(), view: ({ text }: Answer) => text }
    const mounted = await harness.render(
      harness.view({ ...chatRequest({ model: 'a-model' }), fold: fold as Fold<unknown> }),
    )
    const request = await harness.nextRequest()
    expect(request.method).toBe('POST')
    await harness.send(request, 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n')
    expect(harness.texts(mounted)).toEqual(['open Hel'])
    await harness.send(request, 'data: {"choices":[{"delta":{"content":"lo"}}]}\n\ndata: [DONE]\n\n')
    expect(harness.texts(mounted)).toEqual(['closed Hello'])
  })

  test('text() renders text as it grows', async () => {
    const mounted = await harness.render(harness.view({ fold: text() }))
    const request = await harness.nextRequest()
    await harness.send(request, 'data: Hel\n\n')
    expect(harness.texts(mounted)).toEqual(['open Hel'])
    await harness.send(request, 'data: lo\n\n')
    expect(harness.texts(mounted)).toEqual(['open Hello'])
  })

  test('an inline fold function uses the variables of the latest render', async () => {
    const at = (factor: number) =>
      harness.view({
        fold: (sum, { data }) => Number(sum) + factor * Number(data),
        initialData: 0,
      })
    const mounted = await harness.render(at(1))
    const request = await harness.nextRequest()
    await harness.send(request, 'data: 1\n\n')
    await harness.update(mounted, at(10))
    await harness.send(request, 'data: 1\n\n')
    expect(harness.texts(mounted)).toEqual(['open 11'])
    expect(harness.server.requests).toHaveLength(1)
  })

  test('a fold with another state key starts over at the next message, on the same connection', async () => {
    const mounted = await harness.render(harness.view({ fold: history(5) }))
    const request = await harness.nextRequest()
    await harness.send(request, 'data: a\n\ndata: b\n\n')
    await harness.update(mounted, harness.view({ fold: count() as Fold<unknown> }))
    await harness.send(request, 'data: c\n\n')
    expect(harness.texts(mounted)).toEqual(['open 1'])
    expect(harness.server.requests).toHaveLength(1)
  })
}

/** Tests `events`: filtering, decoding and invalid messages. */
function testEvents(harness: Harness): void {
  test('events filters and decodes messages, and counts invalid ones', async () => {
    const errors: string[] = []
    const invalidCounts: number[] = []
    const events = { price: json<number>() }
    const onInvalid = (error: { code: string }) => errors.push(error.code)
    const mounted = await harness.render(
      harness.view(
        { events, onInvalid },
        { onRender: ({ invalidCount }) => invalidCounts.push(invalidCount) },
      ),
    )
    const request = await harness.nextRequest()
    await harness.send(request, 'event: price\ndata: 12\n\ndata: other\n\n')
    expect(harness.texts(mounted)).toEqual(['open 12'])
    await harness.send(request, 'event: price\ndata: {\n\n')
    expect(harness.texts(mounted)).toEqual(['open 12'])
    expect([errors, invalidCounts.at(-1)]).toEqual([['invalid-message'], 1])
  })

  test("an invalid message closes the stream if onInvalid returns 'fail'", async () => {
    const mounted = await harness.render(harness.view({ events: { price: json() }, onInvalid: () => 'fail' }))
    await harness.send(await harness.nextRequest(), 'event: price\ndata: {\n\n')
    expect(harness.texts(mounted)).toEqual(['closed invalid-message'])
  })
}

/** Tests `notify` and `select`, which decide when a component renders. */
function testRenders(harness: Harness): void {
  test("notify: 'sync' renders each message without waiting for a frame", async () => {
    const mounted = await harness.render(harness.view({ notify: 'sync' }))
    const request = await harness.nextRequest()
    await harness.act(() => request.send('data: a\n\n'))
    expect(harness.texts(mounted)).toEqual(['open a'])
  })

  test('select renders only when the selected part or the status changes', async () => {
    let renders = 0
    const fold = keyed(({ type }: { type: string }) => type)
    const select = (data: unknown) => (data as ReadonlyMap<string, { data: string }>).get('a')?.data
    await harness.render(harness.view({ fold, select }, { onRender: () => renders++ }))
    const request = await harness.nextRequest()
    await harness.send(request, 'event: a\ndata: 1\n\n')
    renders = 0
    await harness.send(request, 'event: b\ndata: 1\n\n')
    await harness.send(request, 'event: b\ndata: 2\n\nevent: a\ndata: 1\n\n')
    expect(renders).toBe(0)
    await harness.send(request, 'event: a\ndata: 2\n\n')
    expect(renders).toBeGreaterThan(0)
    renders = 0
    await harness.act(() => request.fail())
    expect(renders).toBeGreaterThan(0)
  })

  test('select(stream, fn) renders each table row only when its own part changes', async () => {
    const { server, clock } = harness
    const prices = createEventStream(url, { clock, fetch: server.fetch, fold: keyed(({ type }) => type) })
    const renders = { a: 0, b: 0 }
    const row = (key: 'a' | 'b') => ({
      stream: select(prices, (data) => data.get(key)),
      onRender: () => void renders[key]++,
    })
    await harness.render(row('a'), row('b'))
    const request = await harness.nextRequest()
    await harness.send(request, 'event: a\ndata: 1\n\nevent: b\ndata: 1\n\n')
    renders.a = renders.b = 0
    await harness.send(request, 'event: b\ndata: 2\n\n')
    expect(renders.a).toBe(0)
    expect(renders.b).toBeGreaterThan(0)
  })
}
