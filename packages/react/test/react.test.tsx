import { act, render } from '@testing-library/react'
import { setStage } from 'conformance'
import { lazy, type ReactNode, startTransition, StrictMode, Suspense, useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { createEventStream, useEventSource, useEventStream } from '../src/index.ts'
import { adapter } from './adapter.tsx'
import { Page } from './page.tsx'

const stage = setStage(adapter)
const { ask } = stage
const url = 'https://example.com/prices'
const options = () => ({ clock: stage.clock, fetch: stage.server.fetch })
const work = (ms: number) => {
  const until = performance.now() + ms
  while (performance.now() < until);
}
const text = (element: Element) => element.textContent?.trim()

describe('in StrictMode', () => {
  test('there is one connection', async () => {
    const { container, unmount } = render(<Page asks={[ask()]} />, { wrapper: StrictMode })
    await stage.advance(10_000)
    expect(stage.server.requests).toHaveLength(1)
    expect(stage.server.connections).toBe(1)
    await stage.send(await stage.next(), 'data: 1\n\n')
    expect(container.querySelector('p')?.textContent).toBe('open 1')
    unmount()
    await stage.advance(1_000)
    expect(stage.server.connections).toBe(0)
  })

  test('another url is opened once', async () => {
    const { rerender } = render(<Page asks={[ask()]} />, { wrapper: StrictMode })
    await stage.next()
    rerender(<Page asks={[ask({}, { url: `${url}/b` })]} />)
    await stage.advance(10_000)
    expect(stage.server.requests).toHaveLength(2)
    expect(stage.server.connections).toBe(1)
  })
})

test('open and close stay the same functions', async () => {
  const handles = new Set<() => void>()
  function Controls() {
    const { status, open, close } = useEventSource(url, options())
    handles.add(open).add(close)
    return <p>{status}</p>
  }
  const { unmount } = render(<Controls />)
  await act(async () => (await stage.next()).accept())
  expect(handles.size).toBe(2)
  unmount()
})

test('hot reload, which mounts the new component in place of the old one, keeps the connection', async () => {
  const before = () => <p>before {useEventSource(url, options()).data}</p>
  const after = () => <p>after {useEventSource(url, options()).data}</p>
  function Swap({ of: Version }: { of: () => ReactNode }) {
    return <Version />
  }
  const { container, rerender, unmount } = render(<Swap of={before} />)
  await stage.send(await stage.next(), 'data: 1\n\n')
  rerender(<Swap of={after} />)
  await stage.advance(10_000)
  expect(text(container)).toBe('after 1')
  expect(stage.server.requests).toHaveLength(1)
  unmount()
})

describe('a render that React throws away', () => {
  test('leaves nothing behind: neither a connection nor its options', async () => {
    const never = new Promise<never>(() => {})
    const heard: string[] = []
    function View({ page, suspend }: { page: string; suspend?: boolean }) {
      const { data } = useEventSource(`${url}/same`, {
        ...options(),
        onMessage: () => heard.push(page),
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
    const request = await stage.next()
    await stage.send(request, 'data: a\n\n')
    await act(() => container.querySelector('button')!.click())
    await stage.send(request, 'data: b\n\n')
    expect(text(container)).toBe('one b idle')
    expect(heard).toEqual(['one', 'one'])
    await stage.advance(10_000)
    expect(stage.server.requests).toHaveLength(1)
    unmount()
  })

  test('for good, as one that never mounted, leaves no connection', async () => {
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
    await stage.advance(10_000)
    expect([stage.server.requests.length, stage.clock.timers]).toEqual([0, 0])
    unmount()
  })
})

test('a boundary that suspends beside it keeps the stream, and shows it when it is revealed', async () => {
  const parts: ((part: { default: () => ReactNode }) => void)[] = []
  const Late = lazy(() => new Promise<{ default: () => ReactNode }>((resolve) => parts.push(resolve)))
  const View = () => <p>{useEventSource(url, options()).data}</p>
  const { container, unmount } = render(
    <Suspense fallback="loading">
      <View />
      <Late />
    </Suspense>,
  )
  await stage.advance(1_000)
  expect(text(container)).toBe('loading')
  expect(stage.server.requests).toHaveLength(0)
  await act(async () => parts[0]!({ default: () => null }))
  await stage.send(await stage.next(), 'data: 1\n\n')
  expect(text(container)).toBe('1')
  unmount()
})

test('a transition that is interrupted by a message does not tear', async () => {
  const stream = createEventStream(url, options())
  const pairs = new Set<string>()
  function One() {
    const { data } = useEventStream(stream)
    // Slow enough for React to yield between two of them.
    work(6)
    return <p>{data}</p>
  }
  function App() {
    const [count, setCount] = useState(0)
    return (
      <>
        <button onClick={() => startTransition(() => setCount(count + 1))} />
        {Array.from({ length: 5 }, (_, index) => (
          <One key={index + count * 10} />
        ))}
      </>
    )
  }
  const { container, unmount } = render(<App />)
  const look = () => {
    const shown = [...container.querySelectorAll('p')].map((p) => p.textContent)
    pairs.add([...new Set(shown)].join('|'))
  }
  const observer = new MutationObserver(look)
  observer.observe(container, { childList: true, subtree: true, characterData: true })
  const request = await stage.next()
  await stage.send(request, 'data: a\n\n')
  container.querySelector('button')!.click()
  await new Promise((resolve) => setTimeout(resolve, 8))
  await request.send('data: b\n\n')
  await stage.clock.showFrame()
  await vi.waitFor(() => expect(container.textContent).toBe('bbbbb'), { timeout: 3_000 })
  observer.disconnect()
  expect([...pairs].filter((pair) => pair.includes('|'))).toEqual([])
  unmount()
})
