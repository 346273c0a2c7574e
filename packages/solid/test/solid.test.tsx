import { render } from '@solidjs/testing-library'
import { setStage } from 'conformance'
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

const stage = setStage(adapter)
const url = 'https://example.com/prices'
const options = () => ({ clock: stage.clock, fetch: stage.server.fetch })

test('reading data does not run again for a status, nor reading the status for data', async () => {
  const runs = { status: 0, data: 0 }
  const { unmount } = render(() => {
    const price = createEventSource(url, options())
    createEffect(() => void (price.status, runs.status++))
    createEffect(() => void (price.data, runs.data++))
    return null
  })
  const request = await stage.next()
  await request.accept()
  expect(runs).toEqual({ status: 2, data: 1 })
  await stage.send(request, 'data: a\n\n')
  await stage.send(request, 'data: b\n\n')
  expect(runs).toEqual({ status: 2, data: 3 })
  await request.fail()
  expect(runs).toEqual({ status: 3, data: 3 })
  unmount()
})

test('an accessor that returns undefined means: not yet', async () => {
  const [symbol, setSymbol] = createSignal<string>()
  const { container, unmount } = render(() => {
    const price = createEventSource(() => symbol() && `${url}/${symbol()}`, options())
    return <p>{price.status}</p>
  })
  await stage.advance(1_000)
  expect(container.textContent).toBe('idle')
  expect(stage.server.requests).toHaveLength(0)
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
  await stage.send(await stage.next(), 'data: a\n\n')
  setSymbol('b')
  await stage.send(await stage.next(), 'data: b\n\n')
  expect(pairs).not.toContain('b a')
  expect(pairs.at(-1)).toBe('b b')
  unmount()
})

test('what the options read of the signals is nothing to connect anew for', async () => {
  const [token, setToken] = createSignal('one')
  const { unmount } = render(() => {
    createEventSource(url, () => ({ ...options(), headers: { token: token() } }))
    return null
  })
  const first = await stage.next()
  setToken('two')
  await stage.advance(1_000)
  expect(stage.server.requests).toHaveLength(1)
  await first.fail()
  await stage.advance(1_000)
  expect((await stage.next()).headers.get('token')).toBe('two')
  unmount()
})

test('a batch that changes url and key makes one request', async () => {
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
  await stage.advance(1_000)
  expect(stage.server.requests.map((request) => request.url)).toEqual([`${url}/a`, `${url}/b`])
  unmount()
})

test('it is left with its owner, in a component and in a root', async () => {
  const [shown, setShown] = createSignal(true)
  const View = () => <p>{createEventSource(url, options()).status}</p>
  const { unmount } = render(() => (
    <Show when={shown()}>
      <View />
    </Show>
  ))
  await stage.next()
  setShown(false)
  await stage.advance(1_000)
  expect(stage.server.connections).toBe(0)
  unmount()
  const dispose = createRoot((dispose) => {
    createEventSource(url, options())
    return dispose
  })
  await stage.advance(0)
  expect(stage.server.connections).toBe(1)
  dispose()
  await stage.advance(1_000)
  expect(stage.server.connections).toBe(0)
})

test('under Suspense it connects when it is shown, and one that never was leaves nothing', async () => {
  const gates: ((value: string) => void)[] = []
  const View = () => {
    const price = createEventSource(url, options())
    const [late] = createResource(() => new Promise<string>((resolve) => gates.push(resolve)))
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
  const gone = render(page)
  await stage.advance(1_000)
  gone.unmount()
  await stage.advance(1_000)
  expect([stage.server.requests.length, stage.clock.timers]).toEqual([0, 0])

  const { container, unmount } = render(page)
  expect(container.textContent).toBe('loading')
  gates.at(-1)!('late')
  await stage.advance(0)
  expect(container.textContent).toBe('late connecting')
  expect(stage.server.requests).toHaveLength(1)
  unmount()
})

test('a wrong option reaches the error boundary, by name', () => {
  const View = () => <p>{createEventSource(url, { connectTimeoutMs: -1 }).status}</p>
  const { container, unmount } = render(() => (
    <ErrorBoundary fallback={(error: { option?: string }) => error.option}>
      <View />
    </ErrorBoundary>
  ))
  expect(container.textContent).toBe('connectTimeoutMs')
  unmount()
})

test('what hydrates while its stream is open already shows first what the server did', async () => {
  const rendered = { url, options: { initialData: 'rendered' } }
  const html = await renderOnServer(import.meta.dirname, { asks: [rendered] })
  const stream = createEventStream(url, { ...options(), initialData: 'rendered' })
  const leave = stream.subscribe(() => {})
  await stage.send(await stage.next(), 'data: live\n\n')
  const seen: string[] = []
  const ask = {
    stream,
    seen: ({ status, data }: Snapshot<unknown>) => seen.push(`${status} ${String(data)}`),
  }
  const { element, unmount } = adapter.hydrate({ asks: [ask] }, html)
  expect([seen[0], seen.at(-1)]).toEqual(['idle rendered', 'open live'])
  expect(element.querySelector('p')!.textContent).toBe('open live')
  leave()
  unmount()
})

test('another stream may take the place of the one that is shown', async () => {
  const [one, two] = ['a', 'b'].map((name) => createEventStream(`${url}/${name}`, options()))
  const [stream, setStream] = createSignal(one!)
  const views: Snapshot[] = []
  const { unmount } = render(() => {
    views.push(fromEventStream(stream))
    return null
  })
  await stage.send(await stage.next(), 'data: a\n\n')
  setStream(() => two!)
  expect(views[0]!.status).toBe('connecting')
  expect(views[0]!.data).toBeUndefined()
  views[0]!.close()
  expect(two!.getSnapshot().status).toBe('closed')
  expect(one!.getSnapshot().status).toBe('open')
  unmount()
  await stage.advance(1_000)
  expect(stage.server.connections).toBe(0)
})
