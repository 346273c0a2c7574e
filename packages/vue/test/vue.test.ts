import { render } from '@testing-library/vue'
import { createHarness } from 'conformance'
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

const harness = createHarness(adapter)
const url = 'https://example.com/prices'
const options = () => ({ clock: harness.clock, fetch: harness.server.fetch })
const runInScope = <Result>(callback: () => Result): Result => {
  const scope = effectScope(true)
  onTestFinished(() => scope.stop())
  return scope.run(callback)!
}

describe('in an effect scope outside components', () => {
  test('the stream stays open until the scope is disposed', async () => {
    const scope = effectScope(true)
    const price = scope.run(() => useSSE(url, options()))!
    await harness.advance(0)
    await harness.send(await harness.nextRequest(), 'id: 1\ndata: a\n\n')
    const { status, data, lastEventId, lastEventType } = price
    expect([status, data, lastEventId, lastEventType].map(({ value }) => value)).toEqual([
      'open',
      'a',
      '1',
      'message',
    ])
    scope.stop()
    await harness.advance(1_000)
    expect(harness.server.connections).toBe(0)
  })

  test('a store keeps the stream open when the component that created it is deactivated or unmounted', async () => {
    const store = effectScope(true)
    const price = shallowRef<ReturnType<typeof useSSE>>()
    const View = defineComponent(() => {
      store.run(() => (price.value ??= useSSE(url, options())))
      return () => h('p')
    })
    const isShown = ref(true)
    const { unmount } = render(
      defineComponent(() => () => h(KeepAlive, () => (isShown.value ? h(View) : h('i')))),
    )
    await harness.advance(0)
    await harness.send(await harness.nextRequest(), 'data: a\n\n')
    isShown.value = false
    await nextTick()
    await harness.advance(10_000)
    expect(price.value?.status.value).toBe('open')
    unmount()
    await harness.advance(10_000)
    expect(price.value?.status.value).toBe('open')
    expect(harness.server.connections).toBe(1)
    store.stop()
    await harness.advance(1_000)
    expect(harness.server.connections).toBe(0)
  })
})

describe('url and options', () => {
  test.each([
    ['a value', () => url],
    ['a ref', () => ref(url)],
    ['a computed ref', () => computed(() => url)],
    ['a getter', () => () => url],
    ['a URL', () => new URL(url)],
    ['a getter of a function that each attempt calls', () => () => () => url],
  ])('the url can be %s', async (_, createUrl) => {
    runInScope(() => useSSE(createUrl(), options()))
    await harness.advance(0)
    expect((await harness.nextRequest()).url).toBe(url)
  })

  test('a new url switches the stream, and no watcher sees the old data under the new url', async () => {
    const symbol = ref('a')
    const pairs: string[] = []
    const price = runInScope(() => {
      const price = useSSE(() => `${url}/${symbol.value}`, options())
      watchEffect(() => pairs.push(`${symbol.value} ${price.data.value}`), { flush: 'sync' })
      return price
    })
    await harness.advance(0)
    await harness.send(await harness.nextRequest(), 'data: a\n\n')
    symbol.value = 'b'
    expect(price.data.value).toBeUndefined()
    await harness.advance(0)
    await harness.send(await harness.nextRequest(), 'data: b\n\n')
    expect(pairs.filter((pair) => pair === 'b a')).toEqual([])
    expect(pairs.at(-1)).toBe('b b')
  })

  test('two changes in one tick cause one request', async () => {
    const state = reactive({ symbol: 'a', key: 1 })
    runInScope(() =>
      useSSE(
        () => `${url}/${state.symbol}`,
        () => ({ ...options(), key: state.key }),
      ),
    )
    await harness.advance(0)
    Object.assign(state, { symbol: 'b', key: 2 })
    await harness.advance(1_000)
    expect(harness.server.requests.map((request) => request.url)).toEqual([`${url}/a`, `${url}/b`])
    expect(harness.server.connections).toBe(1)
  })

  test('options can be reactive', async () => {
    const state = reactive({ ...options(), enabled: false })
    const { status } = runInScope(() => useSSE(url, state))
    await harness.advance(0)
    expect(status.value).toBe('idle')
    state.enabled = true
    await harness.advance(0)
    expect(status.value).toBe('connecting')
  })
})

describe('refs', () => {
  test('change together: no watcher sees the new id with the old data', async () => {
    const pairs: string[] = []
    runInScope(() => {
      const { data, lastEventId } = useSSE(url, options())
      watchEffect(() => pairs.push(`${lastEventId.value}/${data.value ?? ''}`), { flush: 'sync' })
    })
    await harness.advance(0)
    const request = await harness.nextRequest()
    for (const id of [1, 2, 3]) await harness.send(request, `id: ${id}\ndata: ${id}\n\n`)
    expect(new Set(pairs)).toEqual(new Set(['/', '1/1', '2/2', '3/3']))
  })

  test('data is shallow, so that a long history needs no proxies', async () => {
    const { data, snapshot } = runInScope(() => useSSE(url, { ...options(), fold: history(5) }))
    await harness.advance(0)
    await harness.send(await harness.nextRequest(), 'data: a\n\n')
    expect(data.value).toBe(snapshot.value.data)
    expect(data.value[0]).toEqual({ type: 'message', data: 'a', id: '' })
  })

  test('error is set while waiting, and undefined when the stream is open again', async () => {
    const { error, snapshot } = runInScope(() => useSSE(url, options()))
    await harness.advance(0)
    await (await harness.nextRequest()).refuse(503)
    expect(error.value?.status).toBe(503)
    expect(snapshot.value).toMatchObject({ status: 'waiting', delayMs: 1_000 })
    await harness.advance(1_000)
    await (await harness.nextRequest()).accept()
    expect(error.value).toBeUndefined()
  })
})

test('a component that KeepAlive deactivates disconnects, and resumes with its data when it is activated', async () => {
  const View = defineComponent({
    name: 'View',
    setup() {
      const { status, data } = useSSE(url, options())
      return () => h('p', `${status.value} ${data.value}`)
    },
  })
  const isShown = ref(true)
  const { container, unmount } = render(
    defineComponent(() => () => h(KeepAlive, () => (isShown.value ? h(View) : h('i')))),
  )
  await nextTick()
  await harness.send(await harness.nextRequest(), 'id: 4\ndata: a\n\n')
  isShown.value = false
  await nextTick()
  await harness.advance(1_000)
  expect(harness.server.connections).toBe(0)
  isShown.value = true
  await nextTick()
  await harness.advance(0)
  expect((await harness.nextRequest()).headers.get('last-event-id')).toBe('4')
  expect(container.textContent).toBe('connecting a')
  unmount()
  await harness.advance(1_000)
  expect(harness.server.connections).toBe(0)
})

describe('Suspense', () => {
  test('a pending component connects when it is revealed', async () => {
    const resolvers: (() => void)[] = []
    const View = defineComponent({
      async setup() {
        const { status } = useSSE(url, options())
        await new Promise<void>((resolve) => resolvers.push(resolve))
        return () => h('p', status.value)
      },
    })
    const { container, unmount } = render(
      defineComponent(
        () => () => h('div', h(Suspense, null, { default: () => h(View), fallback: () => 'loading' })),
      ),
    )
    await harness.advance(1_000)
    expect(container.textContent).toBe('loading')
    expect(harness.server.requests).toHaveLength(0)
    resolvers[0]!()
    await harness.advance(0)
    await vi.waitFor(() => expect(container.textContent).toBe('connecting'))
    unmount()
    await harness.advance(1_000)
    expect(harness.server.connections).toBe(0)
  })

  test('a component that unmounts while pending leaves no connection or timer', async () => {
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
    await harness.advance(10)
    unmount()
    await harness.advance(10_000)
    expect([harness.server.requests.length, harness.clock.timers]).toEqual([0, 0])
  })
})

test('hydration renders what the server did even if the stream is already open', async () => {
  const warn = vi.spyOn(console, 'warn')
  onTestFinished(() => void warn.mockRestore())
  const stream = createEventStream(url, { ...options(), initialData: 'rendered' })
  onTestFinished(stream.subscribe(() => {}))
  await harness.send(await harness.nextRequest(), 'data: live\n\n')
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
  expect(warn).not.toHaveBeenCalled()
  app.unmount()
})

test('onErrorCaptured receives the error of an invalid option', () => {
  const errors: unknown[] = []
  const View = defineComponent(() => {
    useSSE(url, { connectTimeoutMs: -1 })
    return () => h('p')
  })
  const { unmount } = render(
    defineComponent(() => {
      onErrorCaptured((error) => {
        errors.push(error)
        return false
      })
      return () => h(View)
    }),
  )
  expect(errors).toMatchObject([{ code: 'invalid-option', option: 'connectTimeoutMs' }])
  unmount()
})
