import { render } from '@testing-library/vue'
import { setStage } from 'conformance'
import {
  computed,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  onErrorCaptured,
  reactive,
  ref,
  shallowRef,
  Suspense,
  watchEffect,
} from 'vue'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEventStream, history, useEventStream, useSSE } from '../src/index.ts'
import { adapter } from './adapter.ts'

const stage = setStage(adapter)
const url = 'https://example.com/prices'
const options = () => ({ clock: stage.clock, fetch: stage.server.fetch })
const scoped = <Result>(work: () => Result): Result => {
  const scope = effectScope(true)
  onTestFinished(() => scope.stop())
  return scope.run(work)!
}

describe('outside components', () => {
  test('a scope holds the stream until it is disposed', async () => {
    const scope = effectScope(true)
    const price = scope.run(() => useSSE(url, options()))!
    await stage.advance(0)
    await stage.send(await stage.next(), 'id: 1\ndata: a\n\n')
    expect([price.status.value, price.data.value, price.lastEventId.value]).toEqual(['open', 'a', '1'])
    scope.stop()
    await stage.advance(1_000)
    expect(stage.server.connections).toBe(0)
  })

  test('a store that a component made outlives it, and its being put aside', async () => {
    const store = effectScope(true)
    const seen = shallowRef<ReturnType<typeof useSSE>>()
    const First = defineComponent(() => {
      store.run(() => (seen.value ??= useSSE(url, options())))
      return () => h('p')
    })
    const shown = ref(true)
    const { unmount } = render(
      defineComponent(() => () => h(KeepAlive, () => (shown.value ? h(First) : h('i')))),
    )
    await stage.advance(0)
    await stage.send(await stage.next(), 'data: a\n\n')
    shown.value = false
    await nextTick()
    await stage.advance(10_000)
    expect(seen.value?.status.value).toBe('open')
    unmount()
    await stage.advance(10_000)
    expect(seen.value?.status.value).toBe('open')
    expect(stage.server.connections).toBe(1)
    store.stop()
    await stage.advance(1_000)
    expect(stage.server.connections).toBe(0)
  })
})

describe('url and options', () => {
  test.each([
    ['a value', () => url],
    ['a ref', () => ref(url)],
    ['a computed ref', () => computed(() => url)],
    ['a getter', () => () => url],
    ['a URL', () => new URL(url)],
    ['a getter of a function that each attempt asks', () => () => () => url],
  ])('the url may be %s', async (_, make) => {
    scoped(() => useSSE(make(), options()))
    await stage.advance(0)
    expect((await stage.next()).url).toBe(url)
  })

  test('a ref moves the stream, and a reader never sees the old data under the new url', async () => {
    const symbol = ref('a')
    const pairs: string[] = []
    const price = scoped(() => {
      const price = useSSE(() => `${url}/${symbol.value}`, options())
      watchEffect(() => pairs.push(`${symbol.value} ${price.data.value}`), { flush: 'sync' })
      return price
    })
    await stage.advance(0)
    await stage.send(await stage.next(), 'data: a\n\n')
    symbol.value = 'b'
    expect(price.data.value).toBeUndefined()
    await stage.advance(0)
    await stage.send(await stage.next(), 'data: b\n\n')
    expect(pairs.filter((pair) => pair === 'b a')).toEqual([])
    expect(pairs.at(-1)).toBe('b b')
  })

  test('two changes in one tick make one request', async () => {
    const given = reactive({ symbol: 'a', key: 1 })
    scoped(() =>
      useSSE(
        () => `${url}/${given.symbol}`,
        () => ({ ...options(), key: given.key }),
      ),
    )
    await stage.advance(0)
    Object.assign(given, { symbol: 'b', key: 2 })
    await stage.advance(1_000)
    expect(stage.server.requests.map((request) => request.url)).toEqual([`${url}/a`, `${url}/b`])
    expect(stage.server.connections).toBe(1)
  })

  test('options may be reactive', async () => {
    const given = reactive({ ...options(), enabled: false })
    const { status } = scoped(() => useSSE(url, given))
    await stage.advance(0)
    expect(status.value).toBe('idle')
    given.enabled = true
    await stage.advance(0)
    expect(status.value).toBe('connecting')
  })
})

describe('the refs', () => {
  test('move together: no watcher sees the new id with the old data', async () => {
    const pairs: string[] = []
    scoped(() => {
      const { data, lastEventId } = useSSE(url, options())
      watchEffect(() => pairs.push(`${lastEventId.value}/${data.value ?? ''}`), { flush: 'sync' })
    })
    await stage.advance(0)
    const request = await stage.next()
    for (const id of [1, 2, 3]) await stage.send(request, `id: ${id}\ndata: ${id}\n\n`)
    expect(new Set(pairs)).toEqual(new Set(['/', '1/1', '2/2', '3/3']))
  })

  test('data is not made reactive in depth, so that a long history costs nothing', async () => {
    const { data, snapshot } = scoped(() => useSSE(url, { ...options(), fold: history(5) }))
    await stage.advance(0)
    await stage.send(await stage.next(), 'data: a\n\n')
    expect(data.value).toBe(snapshot.value.data)
    expect(data.value[0]).toEqual({ type: 'message', data: 'a', id: '' })
  })

  test('the cause of waiting is told, and gone when the stream is open again', async () => {
    const { error, snapshot } = scoped(() => useSSE(url, options()))
    await stage.advance(0)
    await (await stage.next()).refuse(503)
    expect(error.value?.status).toBe(503)
    expect(snapshot.value).toMatchObject({ status: 'waiting', delayMs: 1_000 })
    await stage.advance(1_000)
    await (await stage.next()).accept()
    expect(error.value).toBeUndefined()
  })
})

test('KeepAlive: put aside, a component leaves its stream; back again, it resumes with its data', async () => {
  const View = defineComponent({
    name: 'View',
    setup() {
      const { status, data } = useSSE(url, options())
      return () => h('p', `${status.value} ${data.value}`)
    },
  })
  const shown = ref(true)
  const { container, unmount } = render(
    defineComponent(() => () => h(KeepAlive, () => (shown.value ? h(View) : h('i')))),
  )
  await nextTick()
  await stage.send(await stage.next(), 'id: 4\ndata: a\n\n')
  shown.value = false
  await nextTick()
  await stage.advance(1_000)
  expect(stage.server.connections).toBe(0)
  shown.value = true
  await nextTick()
  await stage.advance(0)
  expect((await stage.next()).headers.get('last-event-id')).toBe('4')
  expect(container.textContent).toBe('connecting a')
  unmount()
  await stage.advance(1_000)
  expect(stage.server.connections).toBe(0)
})

describe('Suspense', () => {
  test('a component that waits connects when it is shown', async () => {
    const gates: (() => void)[] = []
    const View = defineComponent({
      async setup() {
        const { status } = useSSE(url, options())
        await new Promise<void>((resolve) => gates.push(resolve))
        return () => h('p', status.value)
      },
    })
    const { container, unmount } = render(
      defineComponent(
        () => () => h('div', h(Suspense, null, { default: () => h(View), fallback: () => 'loading' })),
      ),
    )
    await stage.advance(1_000)
    expect(container.textContent).toBe('loading')
    expect(stage.server.requests).toHaveLength(0)
    gates[0]!()
    await stage.advance(0)
    await vi.waitFor(() => expect(container.textContent).toBe('connecting'))
    unmount()
    await stage.advance(1_000)
    expect(stage.server.connections).toBe(0)
  })

  test('one that is gone before it was shown leaves nothing', async () => {
    const View = defineComponent({
      async setup() {
        useSSE(url, options())
        await new Promise(() => {})
        return () => h('p')
      },
    })
    const { unmount } = render(
      defineComponent(() => () => h(Suspense, null, { default: () => h(View), fallback: () => 'loading' })),
    )
    await stage.advance(10)
    unmount()
    await stage.advance(10_000)
    expect([stage.server.requests.length, stage.clock.timers]).toEqual([0, 0])
  })
})

test('what hydrates while its stream is open already shows what the server did', async () => {
  const complaints = vi.spyOn(console, 'warn')
  onTestFinished(() => void complaints.mockRestore())
  const stream = createEventStream(url, { ...options(), initialData: 'rendered' })
  onTestFinished(stream.subscribe(() => {}))
  await stage.send(await stage.next(), 'data: live\n\n')
  const View = defineComponent(() => {
    const { status, data } = useEventStream(stream)
    return () => h('p', `${status.value} ${data.value}`)
  })
  const element = document.createElement('div')
  element.innerHTML = '<p>idle rendered</p>'
  const app = createSSRApp(View)
  app.mount(element)
  await nextTick()
  await nextTick()
  expect(element.textContent).toBe('open live')
  expect(complaints).not.toHaveBeenCalled()
  app.unmount()
})

test('a wrong option reaches onErrorCaptured, by name', () => {
  const seen: unknown[] = []
  const View = defineComponent(() => {
    useSSE(url, { connectTimeoutMs: -1 })
    return () => h('p')
  })
  const { unmount } = render(
    defineComponent(() => {
      onErrorCaptured((error) => {
        seen.push(error)
        return false
      })
      return () => h(View)
    }),
  )
  expect(seen).toMatchObject([{ code: 'invalid-option', option: 'connectTimeoutMs' }])
  unmount()
})
