import { act, render } from '@testing-library/react'
import { createHarness } from 'conformance'
import { lazy, type ReactNode, startTransition, StrictMode, Suspense, useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { createEventStream, useEventSource, useEventStream } from '../src/index.ts'
import { adapter } from './adapter.tsx'
import { Page } from './page.tsx'

const harness = createHarness(adapter)
const { view } = harness
const url = 'https://example.com/prices'
const options = () => ({ clock: harness.clock, fetch: harness.server.fetch })
const blockFor = (ms: number) => {
  const end = performance.now() + ms
  while (performance.now() < end);
}
const text = (element: Element) => element.textContent?.trim()

describe('StrictMode', () => {
  test('opens one connection', async () => {
    const { container, unmount } = render(<Page views={[view()]} />, { wrapper: StrictMode })
    await harness.advance(10_000)
    expect(harness.server.requests).toHaveLength(1)
    expect(harness.server.connections).toBe(1)
    await harness.send(await harness.nextRequest(), 'data: 1\n\n')
    expect(container.querySelector('p')?.textContent).toBe('open 1')
    unmount()
    await harness.advance(1_000)
    expect(harness.server.connections).toBe(0)
  })

  test('opens a new url once', async () => {
    const { rerender } = render(<Page views={[view()]} />, { wrapper: StrictMode })
    await harness.nextRequest()
    rerender(<Page views={[view({}, { url: `${url}/b` })]} />)
    await harness.advance(10_000)
    expect(harness.server.requests).toHaveLength(2)
    expect(harness.server.connections).toBe(1)
  })
})

test('open and close keep their identity across renders', async () => {
  const functions = new Set<() => void>()
  function Controls() {
    const { status, open, close } = useEventSource(url, options())
    functions.add(open).add(close)
    return <p>{status}</p>
  }
  const { unmount } = render(<Controls />)
  await act(async () => (await harness.nextRequest()).accept())
  expect(functions.size).toBe(2)
  unmount()
})

test('hot reload, which replaces the component, keeps the connection', async () => {
  const before = () => <p>before {useEventSource(url, options()).data}</p>
  const after = () => <p>after {useEventSource(url, options()).data}</p>
  function Swap({ component: Component }: { component: () => ReactNode }) {
    return <Component />
  }
  const { container, rerender, unmount } = render(<Swap component={before} />)
  await harness.send(await harness.nextRequest(), 'data: 1\n\n')
  rerender(<Swap component={after} />)
  await harness.advance(10_000)
  expect(text(container)).toBe('after 1')
  expect(harness.server.requests).toHaveLength(1)
  unmount()
})

describe('a render that React discards', () => {
  test('opens no connection, and its options are not used', async () => {
    const never = new Promise<never>(() => {})
    const received: string[] = []
    function View({ page, suspend }: { page: string; suspend?: boolean }) {
      const { data } = useEventSource(`${url}/same`, {
        ...options(),
        onMessage: () => received.push(page),
      })
      const other = useEventSource(suspend ? `${url}/other` : null, options())
      if (suspend) throw never
      return <p>{`${page} ${data} ${other.status}`}</p>
    }
    function App() {
      const [page, setPage] = useState('one')
      return (
        <Suspense fallback="loading">
          <button onClick={() => startTransition(() => setPage('two'))} />
          <View page={page} suspend={page === 'two'} />
        </Suspense>
      )
    }
    const { container, unmount } = render(<App />)
    const request = await harness.nextRequest()
    await harness.send(request, 'data: a\n\n')
    await act(() => container.querySelector('button')!.click())
    await harness.send(request, 'data: b\n\n')
    expect(text(container)).toBe('one b idle')
    expect(received).toEqual(['one', 'one'])
    await harness.advance(10_000)
    expect(harness.server.requests).toHaveLength(1)
    unmount()
  })

  test('and never commits opens no connection', async () => {
    const never = new Promise<never>(() => {})
    function View(): ReactNode {
      useEventSource(url, options())
      throw never
    }
    const { unmount } = render(
      <Suspense fallback="loading">
        <View />
      </Suspense>,
    )
    await harness.advance(10_000)
    expect([harness.server.requests.length, harness.clock.timers]).toEqual([0, 0])
    unmount()
  })
})

test('a component connects once its Suspense boundary is revealed', async () => {
  const resolvers: ((module: { default: () => ReactNode }) => void)[] = []
  const Lazy = lazy(() => new Promise<{ default: () => ReactNode }>((resolve) => resolvers.push(resolve)))
  const View = () => <p>{useEventSource(url, options()).data}</p>
  const { container, unmount } = render(
    <Suspense fallback="loading">
      <View />
      <Lazy />
    </Suspense>,
  )
  await harness.advance(1_000)
  expect(text(container)).toBe('loading')
  expect(harness.server.requests).toHaveLength(0)
  await act(async () => resolvers[0]!({ default: () => null }))
  await harness.send(await harness.nextRequest(), 'data: 1\n\n')
  expect(text(container)).toBe('1')
  unmount()
})

test('a message during a transition causes no tearing', async () => {
  const stream = createEventStream(url, options())
  const rendered = new Set<string>()
  function Item() {
    const { data } = useEventStream(stream)
    // Slow enough that React yields between two components.
    blockFor(6)
    return <p>{data}</p>
  }
  function App() {
    const [count, setCount] = useState(0)
    return (
      <>
        <button onClick={() => startTransition(() => setCount(count + 1))} />
        {Array.from({ length: 5 }, (_, index) => (
          <Item key={index + count * 10} />
        ))}
      </>
    )
  }
  const { container, unmount } = render(<App />)
  const record = () => {
    const texts = [...container.querySelectorAll('p')].map((p) => p.textContent)
    rendered.add([...new Set(texts)].join('|'))
  }
  const observer = new MutationObserver(record)
  observer.observe(container, { childList: true, subtree: true, characterData: true })
  const request = await harness.nextRequest()
  await harness.send(request, 'data: a\n\n')
  container.querySelector('button')!.click()
  await new Promise((resolve) => setTimeout(resolve, 8))
  await request.send('data: b\n\n')
  await harness.clock.showFrame()
  await vi.waitFor(() => expect(container.textContent).toBe('bbbbb'), { timeout: 3_000 })
  observer.disconnect()
  expect([...rendered].filter((texts) => texts.includes('|'))).toEqual([])
  unmount()
})

describe('a url that is another one with each rendering', () => {
  test.each([
    ['the time', () => `${url}?t=${Date.now()}`],
    ['a random number', () => `${url}?t=${Math.random()}`],
  ])('because of %s opens at most four streams a second and does not crash', async (_, createUrl) => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    let renderings = 0
    const Price = () => {
      renderings++
      return <p>{useEventSource(createUrl(), options()).status}</p>
    }
    const usePrice = () => useEventSource(createUrl(), options())
    const Custom = () => <p>{usePrice().status}</p>
    const { unmount } = render(createUrl().includes('0.') ? <Custom /> : <Price />, { wrapper: StrictMode })
    for (let ms = 0; ms < 3_000; ms += 20) {
      const requests = harness.server.requests.filter(({ aborted }) => !aborted)
      for (const request of requests) await act(() => request.send('data: a\n\n'))
      await harness.showFrame()
      await act(() => new Promise((resolve) => setTimeout(resolve, 1)))
      await harness.advance(20)
    }
    expect(harness.server.requests.length).toBeGreaterThanOrEqual(8)
    expect(harness.server.requests.length).toBeLessThanOrEqual(16)
    expect(renderings).toBeLessThan(1_000)
    const messages = warn.mock.calls.map(([message]) => String(message))
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(
      /^useEventSource in (Price|Custom) opened 4 .* from \S+t=[\d.e-]+ to \S+t=[\d.e-]+\. /,
    )
    unmount()
    await harness.advance(1_000)
    expect([harness.server.connections, harness.clock.timers]).toEqual([0, 0])
    warn.mockRestore()
  })

  test('a url that settles while React renders is the one that is opened', async () => {
    function View() {
      const [step, setStep] = useState(0)
      if (step < 4) setStep(step + 1)
      return <p>{useEventSource(`${url}/${step}`, options()).status}</p>
    }
    const { unmount } = render(<View />, { wrapper: StrictMode })
    await harness.advance(0)
    expect(harness.server.requests.map((request) => request.url)).toEqual([`${url}/4`])
    unmount()
  })
})
