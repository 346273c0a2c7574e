import { createFakeClock, createFakeServer, type FakeClock, type FakeServer } from '@headwater/core/testing'
import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode, useState } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createEventStream,
  history,
  SseError,
  StreamScope,
  useEventSource,
  useEventStream,
} from '../src/index.ts'
import type { UseEventSourceOptions } from '../src/index.ts'

const url = 'https://example.com/prices'
let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

afterEach(cleanup)

const frame = () => act(() => clock.showFrame())
const advance = (ms: number) => act(() => clock.advance(ms))
const send = async (request: { send(chunk: string): Promise<void> }, chunk: string) => {
  await act(() => request.send(chunk))
  await frame()
}

interface PriceProps extends Omit<UseEventSourceOptions, 'key'> {
  from?: string
  streamKey?: number
}

function Price({ from = url, streamKey = 0, ...options }: PriceProps) {
  const price = useEventSource(from, { clock, fetch: server.fetch, key: streamKey, ...options })
  return (
    <p>
      {price.status} {price.data} {price.status === 'waiting' && price.cause.code}
    </p>
  )
}

const shown = () => screen.getByText(/./).textContent?.trim()

describe('a mounted component', () => {
  test('connects, and shows the state and the data', async () => {
    render(<Price />)
    expect(shown()).toBe('connecting')
    const request = await server.nextRequest()
    await act(() => request.accept())
    expect(shown()).toBe('open')
    await send(request, 'data: 12\n\n')
    expect(shown()).toBe('open 12')
    await act(() => request.fail())
    expect(shown()).toBe('waiting 12 network')
  })

  test('leaves no socket and no timer when it unmounts, in any state', async () => {
    for (const reach of [
      async () => undefined,
      async () => (await server.nextRequest()).accept(),
      async () => (await server.nextRequest()).send('data: 1\n\n'),
      async () => (await server.nextRequest()).refuse(503),
      async () => (await server.nextRequest()).refuse(404),
    ]) {
      const { unmount } = render(<Price />)
      await act(reach)
      unmount()
      await advance(60_000)
      await frame()
      expect(server.connections).toBe(0)
      expect(clock.timers).toBe(0)
      expect(clock.frames).toBe(0)
      server = createFakeServer()
    }
  })

  test('keeps one connection in StrictMode', async () => {
    render(<Price />, { wrapper: StrictMode })
    await advance(10_000)
    expect(server.requests).toHaveLength(1)
    expect(server.connections).toBe(1)
    await send(await server.nextRequest(), 'data: 1\n\n')
    expect(shown()).toBe('open 1')
  })

  test('keeps one connection through a fast remount of itself', async () => {
    const stream = createEventStream(url, { clock, fetch: server.fetch })
    function View() {
      return <p>{useEventStream(stream).status}</p>
    }
    const first = render(<View />)
    first.unmount()
    render(<View />)
    await advance(10_000)
    expect(server.requests).toHaveLength(1)
  })

  test('renders once for a burst', async () => {
    let renders = 0
    function Counting() {
      renders++
      return <p>{useEventSource(url, { clock, fetch: server.fetch, fold: history(2) }).data.length}</p>
    }
    render(<Counting />)
    const request = await server.nextRequest()
    await act(() => request.accept())
    renders = 0
    await act(() => request.send('data: x\n\n'.repeat(1_000)))
    expect(renders).toBe(0)
    await frame()
    expect(renders).toBe(1)
    expect(shown()).toBe('2')
  })
})

describe('props that change', () => {
  test('options and callbacks written inline cause no reconnect, and the newest are used', async () => {
    const seen: string[] = []
    function Inline() {
      const [count, setCount] = useState(0)
      useEventSource(url, {
        clock,
        fetch: server.fetch,
        headers: () => ({ count: String(count) }),
        retry: { baseMs: 1_000 },
        onMessage: ({ data }) => seen.push(`${data} at ${count}`),
      })
      return <button onClick={() => setCount(count + 1)}>{count}</button>
    }
    render(<Inline />)
    const request = await server.nextRequest()
    expect(request.headers.get('count')).toBe('0')
    await send(request, 'data: a\n\n')
    for (let click = 0; click < 5; click++) act(() => screen.getByRole('button').click())
    await send(request, 'data: b\n\n')
    expect(seen).toEqual(['a at 0', 'b at 5'])
    expect(server.requests).toHaveLength(1)
    await act(() => request.fail())
    await advance(1_000)
    expect((await server.nextRequest()).headers.get('count')).toBe('5')
  })

  test('another url closes the old stream and opens the new one, and nothing of the old comes after', async () => {
    const { rerender } = render(<Price />)
    const old = await server.nextRequest()
    await send(old, 'data: old\n\n')
    await act(() => old.send('data: late\n\n'))
    rerender(<Price from="https://example.com/other" />)
    expect(shown()).toBe('connecting')
    await old.send('data: later\n\n')
    await frame()
    expect(shown()).toBe('connecting')
    const request = await server.nextRequest()
    expect(request.url).toBe('https://example.com/other')
    expect(request.headers.has('last-event-id')).toBe(false)
    await send(request, 'data: new\n\n')
    expect(shown()).toBe('open new')
    await advance(1_000)
    expect(old.aborted).toBe(true)
    expect(server.connections).toBe(1)
  })

  test.each([
    ['method', { method: 'POST' }, { method: 'PUT' }],
    ['text body', { method: 'POST', body: 'a' }, { method: 'POST', body: 'b' }],
    ['key', { streamKey: 1 }, { streamKey: 2 }],
  ])('another %s makes another stream', async (_, before, after) => {
    const { rerender } = render(<Price {...before} />)
    await server.nextRequest()
    rerender(<Price {...after} />)
    await advance(1_000)
    expect(server.requests).toHaveLength(2)
    expect(server.connections).toBe(1)
  })

  test('a url that is a function is asked in its newest form', async () => {
    function Later({ page }: { page: number }) {
      return <p>{useEventSource(() => `${url}/${page}`, { clock, fetch: server.fetch }).status}</p>
    }
    const { rerender } = render(<Later page={1} />)
    const first = await server.nextRequest()
    rerender(<Later page={2} />)
    await act(() => first.fail())
    await advance(1_000)
    expect(server.requests.map((request) => request.url)).toEqual([`${url}/1`, `${url}/2`])
  })
})

describe('a stream that is not wanted', () => {
  test.each([null, undefined, ''])('for its url is %j, is idle until there is one', async (none) => {
    function Maybe({ address }: { address: string | null | undefined }) {
      return <p>{useEventSource(address, { clock, fetch: server.fetch }).status}</p>
    }
    const { rerender } = render(<Maybe address={none} />)
    await advance(1_000)
    expect(shown()).toBe('idle')
    expect(server.requests).toHaveLength(0)
    rerender(<Maybe address={url} />)
    expect(shown()).toBe('connecting')
    rerender(<Maybe address={none} />)
    expect(shown()).toBe('idle')
    await advance(1_000)
    expect(server.connections).toBe(0)
  })

  test('for it is not enabled, is left, keeps its data, and resumes with its id', async () => {
    function Switch({ enabled }: { enabled: boolean }) {
      const { status, data } = useEventSource(url, { clock, fetch: server.fetch, enabled })
      return <p>{`${status} ${data}`}</p>
    }
    const { rerender } = render(<Switch enabled={false} />)
    await advance(1_000)
    expect(server.requests).toHaveLength(0)
    rerender(<Switch enabled />)
    await send(await server.nextRequest(), 'id: 7\ndata: a\n\n')
    rerender(<Switch enabled={false} />)
    await advance(200)
    expect(shown()).toBe('idle a')
    expect(server.connections).toBe(0)
    rerender(<Switch enabled />)
    expect((await server.nextRequest()).headers.get('last-event-id')).toBe('7')
  })
})

describe('components that ask for the same', () => {
  test('share one connection within their scope, and none beyond', async () => {
    const page = (
      <>
        <StreamScope>
          <Price />
          <Price />
        </StreamScope>
        <StreamScope>
          <Price />
        </StreamScope>
      </>
    )
    const { unmount } = render(page)
    await advance(0)
    expect(server.requests).toHaveLength(2)
    await send(server.requests[0]!, 'data: shared\n\n')
    expect(screen.getAllByText(/shared/)).toHaveLength(2)
    unmount()
    await advance(1_000)
    expect(server.connections).toBe(0)
  })

  test('share it without a scope of their own too', async () => {
    render(
      <>
        <Price />
        <Price />
      </>,
    )
    await advance(0)
    expect(server.requests).toHaveLength(1)
  })
})

describe('by hand', () => {
  test('open and close work from an event handler, and stay the same functions', async () => {
    const handles = new Set<() => void>()
    function Controls() {
      const { status, open, close } = useEventSource(url, { clock, fetch: server.fetch })
      handles.add(open).add(close)
      return <button onClick={status === 'closed' ? open : close}>{status}</button>
    }
    render(<Controls />)
    await act(async () => (await server.nextRequest()).accept())
    const button = screen.getByRole('button')
    act(() => button.click())
    expect(button.textContent).toBe('closed')
    expect(server.connections).toBe(0)
    act(() => button.click())
    expect(button.textContent).toBe('connecting')
    expect(handles.size).toBe(2)
  })
})

describe('on the server', () => {
  test('rendering connects nothing and shows the initial data', () => {
    expect(renderToString(<Price initialData="rendered" />)).toContain('rendered')
    expect(server.requests).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })

  test('hydration shows the same, then resumes from the id that the server rendered', async () => {
    const complaints = vi.spyOn(console, 'error')
    const app = <Price initialData="rendered" initialLastEventId="41" />
    const container = document.createElement('div')
    document.body.append(container)
    container.innerHTML = renderToString(app)
    const root = await act(() => hydrateRoot(container, app))
    const request = await server.nextRequest()
    expect(request.headers.get('last-event-id')).toBe('41')
    await send(request, 'id: 42\ndata: live\n\n')
    expect(container.textContent).toContain('open live')
    expect(complaints).not.toHaveBeenCalled()
    act(() => root.unmount())
    container.remove()
    complaints.mockRestore()
  })
})

test('a wrong option is thrown to the error boundary, by name', () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  expect(() => render(<Price connectMs={-1} />)).toThrow(SseError)
  complaints.mockRestore()
})
