import { count, createEventStream, type Fold, history, json, keyed, select, text } from '@headwater/core'
import { type Answer, chatRequest, openai } from '@headwater/core/llm'
import { expect, test } from 'vitest'
import { type Stage, url } from '../stage.ts'

/** Messages become data, and wake views. */
export function tellMessages(stage: Stage): void {
  test('keyed shows the last message of each key', async () => {
    const fold = keyed(({ type }: { type: string }) => type)
    const seen: unknown[] = []
    await stage.put(stage.ask({ fold }, { seen: ({ data }) => seen.push(data) }))
    await stage.send(await stage.next(), 'event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\n')
    const shown = [...(seen.at(-1) as ReadonlyMap<string, { data: string }>)]
    expect(shown.map(([key, { data }]) => key + data)).toEqual(['a3', 'b2'])
  })

  test('an answer of a model is shown as it grows, with its end', async () => {
    const fold = { ...openai(), view: ({ text }: Answer) => text }
    const mounted = await stage.put(
      stage.ask({ ...chatRequest({ model: 'a-model' }), fold: fold as Fold<unknown> }),
    )
    const request = await stage.next()
    expect(request.method).toBe('POST')
    await stage.send(request, 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n')
    expect(stage.shown(mounted)).toEqual(['open Hel'])
    await stage.send(request, 'data: {"choices":[{"delta":{"content":"lo"}}]}\n\ndata: [DONE]\n\n')
    expect(stage.shown(mounted)).toEqual(['closed Hello'])
  })

  test('text shows an answer that grows', async () => {
    const mounted = await stage.put(stage.ask({ fold: text() }))
    const request = await stage.next()
    await stage.send(request, 'data: Hel\n\n')
    expect(stage.shown(mounted)).toEqual(['open Hel'])
    await stage.send(request, 'data: lo\n\n')
    expect(stage.shown(mounted)).toEqual(['open Hello'])
  })

  test('a plain function that is written inline sees the newest of what it closes over', async () => {
    const at = (factor: number) =>
      stage.ask({
        fold: (sum, { data }) => Number(sum) + factor * Number(data),
        initialData: 0,
      })
    const mounted = await stage.put(at(1))
    const request = await stage.next()
    await stage.send(request, 'data: 1\n\n')
    await stage.update(mounted, at(10))
    await stage.send(request, 'data: 1\n\n')
    expect(stage.shown(mounted)).toEqual(['open 11'])
    expect(stage.server.requests).toHaveLength(1)
  })

  test('a fold of another kind begins anew with the next message, over the same connection', async () => {
    const mounted = await stage.put(stage.ask({ fold: history(5) }))
    const request = await stage.next()
    await stage.send(request, 'data: a\n\ndata: b\n\n')
    await stage.update(mounted, stage.ask({ fold: count() as Fold<unknown> }))
    await stage.send(request, 'data: c\n\n')
    expect(stage.shown(mounted)).toEqual(['open 1'])
    expect(stage.server.requests).toHaveLength(1)
  })

  test('only the named events are shown, decoded, and what does not fit is counted', async () => {
    const errors: string[] = []
    const seen: number[] = []
    const events = { price: json<number>() }
    const onInvalid = (error: { code: string }) => errors.push(error.code)
    const mounted = await stage.put(
      stage.ask({ events, onInvalid }, { seen: ({ invalidCount }) => seen.push(invalidCount) }),
    )
    const request = await stage.next()
    await stage.send(request, 'event: price\ndata: 12\n\ndata: other\n\n')
    expect(stage.shown(mounted)).toEqual(['open 12'])
    await stage.send(request, 'event: price\ndata: {\n\n')
    expect(stage.shown(mounted)).toEqual(['open 12'])
    expect([errors, seen.at(-1)]).toEqual([['invalid-message'], 1])
  })

  test("a message that does not fit ends the stream where onInvalid says 'fail'", async () => {
    const mounted = await stage.put(stage.ask({ events: { price: json() }, onInvalid: () => 'fail' }))
    await stage.send(await stage.next(), 'event: price\ndata: {\n\n')
    expect(stage.shown(mounted)).toEqual(['closed invalid-message'])
  })

  test("under notify: 'sync' no message waits for a frame", async () => {
    const mounted = await stage.put(stage.ask({ notify: 'sync' }))
    const request = await stage.next()
    await stage.act(() => request.send('data: a\n\n'))
    expect(stage.shown(mounted)).toEqual(['open a'])
  })

  test('a part that is selected wakes the view for that part and for the status alone', async () => {
    let renders = 0
    const fold = keyed(({ type }: { type: string }) => type)
    const select = (data: unknown) => (data as ReadonlyMap<string, { data: string }>).get('a')?.data
    await stage.put(stage.ask({ fold, select }, { seen: () => renders++ }))
    const request = await stage.next()
    await stage.send(request, 'event: a\ndata: 1\n\n')
    renders = 0
    await stage.send(request, 'event: b\ndata: 1\n\n')
    await stage.send(request, 'event: b\ndata: 2\n\nevent: a\ndata: 1\n\n')
    expect(renders).toBe(0)
    await stage.send(request, 'event: a\ndata: 2\n\n')
    expect(renders).toBeGreaterThan(0)
    renders = 0
    await stage.act(() => request.fail())
    expect(renders).toBeGreaterThan(0)
  })

  test('each row of a table wakes for its own part of one stream', async () => {
    const { server, clock } = stage
    const prices = createEventStream(url, { clock, fetch: server.fetch, fold: keyed(({ type }) => type) })
    const renders = { a: 0, b: 0 }
    const row = (key: 'a' | 'b') => ({
      stream: select(prices, (data) => data.get(key)),
      seen: () => void renders[key]++,
    })
    await stage.put(row('a'), row('b'))
    const request = await stage.next()
    await stage.send(request, 'event: a\ndata: 1\n\nevent: b\ndata: 1\n\n')
    renders.a = renders.b = 0
    await stage.send(request, 'event: b\ndata: 2\n\n')
    expect(renders.a).toBe(0)
    expect(renders.b).toBeGreaterThan(0)
  })
}
