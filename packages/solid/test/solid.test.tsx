import { render } from '@solidjs/testing-library'
import { createHarness } from 'conformance'
import { renderOnServer } from 'conformance/server'
import {
  batch,
  createEffect,
  createResource,
  createRoot,
  createSignal,
  ErrorBoundary,
  Show,
  Suspense,
} from 'solid-js'
import { expect, test } from 'vitest'
import { createEventSource, createEventStream, fromEventStream, type Snapshot } from '../src/index.ts'
import { adapter } from './adapter.tsx'

const harness = createHarness(adapter)
const url = 'https://example.com/prices'
const options = () => ({ clock: harness.clock, fetch: harness.server.fetch })

test('a change of status does not rerun an effect that reads data, and vice versa', async () => {
  const runs = { status: 0, data: 0 }
  const { unmount } = render(() => {
    const price = createEventSource(url, options())
    createEffect(() => void (price.status, runs.status++))
    createEffect(() => void (price.data, runs.data++))
    return null
  })
  const request = await harness.nextRequest()
  await request.accept()
  expect(runs).toEqual({ status: 2, data: 1 })
  await harness.send(request, 'data: a\n\n')
  await harness.send(request, 'data: b\n\n')
  expect(runs).toEqual({ status: 2, data: 3 })
  await request.fail()
  expect(runs).toEqual({ status: 3, data: 3 })
  unmount()
})

test('the stream is idle while the url accessor returns undefined', async () => {
  const [symbol, setSymbol] = createSignal<string>()
  const { container, unmount } = render(() => {
    const price = createEventSource(() => symbol() && `${url}/${symbol()}`, options())
    return <p>{price.status}</p>
  })
  await harness.advance(1_000)
  expect(container.textContent).toBe('idle')
  expect(harness.server.requests).toHaveLength(0)
  setSymbol('a')
  expect(container.textContent).toBe('connecting')
  unmount()
})

test('an effect never sees the old data under the new url', async () => {
  const [symbol, setSymbol] = createSignal('a')
  const pairs: string[] = []
  const { unmount } = render(() => {
    const price = createEventSource(() => `${url}/${symbol()}`, options())
    createEffect(() => pairs.push(`${symbol()} ${price.data}`))
    return null
  })
  await harness.send(await harness.nextRequest(), 'data: a\n\n')
  setSymbol('b')
  await harness.send(await harness.nextRequest(), 'data: b\n\n')
  expect(pairs).not.toContain('b a')
  expect(pairs.at(-1)).toBe('b b')
  unmount()
})

test('a change of a signal that the options read causes no reconnect', async () => {
  const [token, setToken] = createSignal('one')
  const { unmount } = render(() => {
    createEventSource(url, () => ({ ...options(), headers: { token: token() } }))
    return null
  })
  const first = await harness.nextRequest()
  setToken('two')
  await harness.advance(1_000)
  expect(harness.server.requests).toHaveLength(1)
  await first.fail()
  await harness.advance(1_000)
  expect((await harness.nextRequest()).headers.get('token')).toBe('two')
  unmount()
})

test('a batch that changes url and key causes one request', async () => {
  const [symbol, setSymbol] = createSignal('a')
  const [key, setKey] = createSignal(1)
  const { unmount } = render(() => {
    createEventSource(
      () => `${url}/${symbol()}`,
      () => ({ ...options(), key: key() }),
    )
    return null
  })
  batch(() => {
    setSymbol('b')
    setKey(2)
  })
  await harness.advance(1_000)
  expect(harness.server.requests.map((request) => request.url)).toEqual([`${url}/a`, `${url}/b`])
  unmount()
})

test('disconnects when its owner is cleaned up, in a component and in a root', async () => {
  const [isShown, setShown] = createSignal(true)
  const View = () => <p>{createEventSource(url, options()).status}</p>
  const { unmount } = render(() => (
    <Show when={isShown()}>
      <View />
    </Show>
  ))
  await harness.nextRequest()
  setShown(false)
  await harness.advance(1_000)
  expect(harness.server.connections).toBe(0)
  unmount()
  const dispose = createRoot((dispose) => {
    createEventSource(url, options())
    return dispose
  })
  await harness.advance(0)
  expect(harness.server.connections).toBe(1)
  dispose()
  await harness.advance(1_000)
  expect(harness.server.connections).toBe(0)
})

test('a component under Suspense connects when it is revealed, and leaves nothing if it never is', async () => {
  const resolvers: ((value: string) => void)[] = []
  const View = () => {
    const price = createEventSource(url, options())
    const [late] = createResource(() => new Promise<string>((resolve) => resolvers.push(resolve)))
    return (
      <p>
        {late()} {price.status}
      </p>
    )
  }
  const page = () => (
    <Suspense fallback="loading">
      <View />
    </Suspense>
  )
  const neverRevealed = render(page)
  await harness.advance(1_000)
  neverRevealed.unmount()
  await harness.advance(1_000)
  expect([harness.server.requests.length, harness.clock.timers]).toEqual([0, 0])

  const { container, unmount } = render(page)
  expect(container.textContent).toBe('loading')
  resolvers.at(-1)!('late')
  await harness.advance(0)
  expect(container.textContent).toBe('late connecting')
  expect(harness.server.requests).toHaveLength(1)
  unmount()
})

test('an error boundary catches the error of an invalid option', () => {
  const View = () => <p>{createEventSource(url, { connectTimeoutMs: -1 }).status}</p>
  const { container, unmount } = render(() => (
    <ErrorBoundary fallback={(error: { option?: string }) => error.option}>
      <View />
    </ErrorBoundary>
  ))
  expect(container.textContent).toBe('connectTimeoutMs')
  unmount()
})

test('hydration first renders what the server did even if the stream is already open', async () => {
  const serverView = { url, options: { initialData: 'rendered' } }
  const html = await renderOnServer(import.meta.url, { views: [serverView] })
  const stream = createEventStream(url, { ...options(), initialData: 'rendered' })
  const unsubscribe = stream.subscribe(() => {})
  await harness.send(await harness.nextRequest(), 'data: live\n\n')
  const rendered: string[] = []
  const view = {
    stream,
    onRender: ({ status, data }: Snapshot<unknown>) => rendered.push(`${status} ${String(data)}`),
  }
  const { element, unmount } = adapter.hydrate({ views: [view] }, html)
  expect([rendered[0], rendered.at(-1)]).toEqual(['idle rendered', 'open live'])
  expect(element.querySelector('p')!.textContent).toBe('open live')
  unsubscribe()
  unmount()
})

test('an accessor can switch to another stream', async () => {
  const [one, two] = ['a', 'b'].map((name) => createEventStream(`${url}/${name}`, options()))
  const [stream, setStream] = createSignal(one!)
  const snapshots: Snapshot[] = []
  const { unmount } = render(() => {
    snapshots.push(fromEventStream(stream))
    return null
  })
  await harness.send(await harness.nextRequest(), 'data: a\n\n')
  setStream(() => two!)
  expect(snapshots[0]!.status).toBe('connecting')
  expect(snapshots[0]!.data).toBeUndefined()
  snapshots[0]!.close()
  expect(two!.getSnapshot().status).toBe('closed')
  expect(one!.getSnapshot().status).toBe('open')
  unmount()
  await harness.advance(1_000)
  expect(harness.server.connections).toBe(0)
})
