import { act, render } from '@testing-library/react'
import { createFakeClock, createFakeServer } from '../src/testing.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StreamScope, useEventSource, type UseEventSourceOptions } from '../src/index.ts'
import { nativePage, type NetInfoLike } from '../src/native.ts'

const url = 'https://example.com/prices'
let clock = createFakeClock()
let server = createFakeServer()
let unmount = () => {}

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})
afterEach(() => unmount())

/** React Native's AppState: `currentState` changes before the listeners are called, and a subscription is removed by itself. */
function createAppState(initial: string | null = 'active') {
  const listeners = new Set<(state: string) => void>()
  return {
    currentState: initial,
    addEventListener(type: 'change', listener: (state: string) => void) {
      expect(type).toBe('change')
      listeners.add(listener)
      return { remove: () => void listeners.delete(listener) }
    },
    listeners,
    async change(...states: string[]) {
      for (const state of states)
        await act(async () => {
          this.currentState = state
          for (const listener of [...listeners]) listener(state)
          await clock.advance(0)
        })
    },
  }
}

/** NetInfo: a listener is called at once with the current state. */
function createNetInfo(initial: boolean | null = true) {
  const listeners = new Set<(state: { isConnected: boolean | null }) => void>()
  let isConnected = initial
  return {
    addEventListener(listener: (state: { isConnected: boolean | null }) => void) {
      listeners.add(listener)
      listener({ isConnected })
      return () => void listeners.delete(listener)
    },
    listeners,
    async change(next: boolean | null) {
      await act(async () => {
        isConnected = next
        for (const listener of [...listeners]) listener({ isConnected })
        await clock.advance(0)
      })
    },
  }
}

/** Renders a stream of an app, with the page as a default of its scope. */
function start(
  OS: string,
  { appState = createAppState(), NetInfo = undefined as NetInfoLike | undefined } = {},
  options: UseEventSourceOptions = {},
  address = url,
) {
  const page = nativePage({ AppState: appState, Platform: { OS }, NetInfo })
  const defaults = { page, clock, fetch: server.fetch, notify: 'sync' as const }
  const snapshots: ReturnType<typeof useEventSource>[] = []
  function Price() {
    snapshots.push(useEventSource(address, options))
    return null
  }
  const view = render(
    <StreamScope defaults={defaults}>
      <Price />
    </StreamScope>,
  )
  unmount = view.unmount
  return { appState, page, snapshot: () => snapshots.at(-1), unmount: view.unmount }
}

async function receive(text: string) {
  const request = await server.nextRequest()
  await act(() => request.send(text))
  return request
}

test('on iOS, the background closes the connection, and the foreground resumes it at once from the last id', async () => {
  const { appState, snapshot } = start('ios')
  await receive('id: 7\ndata: 1\n\n')
  await appState.change('inactive', 'background')
  expect(snapshot()).toMatchObject({ status: 'paused', reason: 'frozen', data: '1' })
  expect(server.connections).toBe(0)
  await act(() => clock.advance(600_000))
  expect(server.requests).toHaveLength(1)
  await appState.change('active')
  const request = await receive('data: 2\n\n')
  expect(request.headers.get('last-event-id')).toBe('7')
  expect(snapshot()).toMatchObject({ status: 'open', data: '2', downtimeMs: 600_000 })
})

test('on iOS, the notification center leaves the stream and its frames alone', async () => {
  const { appState, page, snapshot } = start('ios')
  await receive('data: 1\n\n')
  await appState.change('inactive')
  expect(page.showsFrames()).toBe(true)
  await appState.change('active')
  expect(snapshot()).toMatchObject({ status: 'open' })
  expect(server.requests).toHaveLength(1)
})

describe('on Android, an app in the background is a hidden page', () => {
  test('that stays connected, and renders no frames', async () => {
    const { appState, page, snapshot } = start('android')
    await receive('data: 1\n\n')
    await appState.change('background')
    expect(page.showsFrames()).toBe(false)
    await act(() => clock.advance(60_000))
    expect(snapshot()).toMatchObject({ status: 'open' })
    await appState.change('active')
    expect(server.requests).toHaveLength(1)
  })

  test('that pauses after pauseWhenHiddenMs', async () => {
    const { appState, snapshot } = start('android', {}, { pauseWhenHiddenMs: 30_000 })
    await receive('id: 7\ndata: 1\n\n')
    await appState.change('background')
    await act(() => clock.advance(29_999))
    expect(snapshot()).toMatchObject({ status: 'open' })
    await act(() => clock.advance(1))
    expect(snapshot()).toMatchObject({ status: 'paused', reason: 'hidden' })
    expect(server.connections).toBe(0)
    await appState.change('active')
    expect((await receive('data: 2\n\n')).headers.get('last-event-id')).toBe('7')
  })
})

test('a stream that starts in the background waits for the foreground', async () => {
  const { appState, snapshot } = start('ios', { appState: createAppState('background') })
  await act(() => clock.advance(10_000))
  expect(snapshot()).toMatchObject({ status: 'paused', reason: 'frozen' })
  expect(server.requests).toHaveLength(0)
  await appState.change('active')
  await receive('data: 1\n\n')
  expect(snapshot()).toMatchObject({ status: 'open', data: '1' })
})

test.each([null, 'unknown'])('a stream that starts while the state is %s connects', async (state) => {
  const { snapshot } = start('ios', { appState: createAppState(state) })
  await receive('data: 1\n\n')
  expect(snapshot()).toMatchObject({ status: 'open' })
})

test('a POST that may not be sent again survives the background', async () => {
  const { appState, snapshot } = start('ios', {}, { method: 'POST', body: 'question' })
  const request = await receive('data: 1\n\n')
  await appState.change('background')
  expect(snapshot()).toMatchObject({ status: 'open' })
  await act(() => request.send('data: 2\n\n'))
  expect(snapshot()).toMatchObject({ status: 'open', data: '2' })
})

test('NetInfo pauses the stream without a network, and null is not offline', async () => {
  const NetInfo = createNetInfo(null)
  const { snapshot } = start('android', { NetInfo })
  await receive('id: 7\ndata: 1\n\n')
  await NetInfo.change(true)
  expect(server.requests).toHaveLength(1)
  await NetInfo.change(false)
  expect(snapshot()).toMatchObject({ status: 'paused', reason: 'offline' })
  expect(server.connections).toBe(0)
  await NetInfo.change(true)
  expect((await receive('data: 2\n\n')).headers.get('last-event-id')).toBe('7')
})

test('a stream that starts without a network waits for it', async () => {
  const NetInfo = createNetInfo(false)
  const { snapshot } = start('android', { NetInfo })
  await act(() => clock.advance(10_000))
  expect(snapshot()).toMatchObject({ status: 'paused', reason: 'offline' })
  expect(server.requests).toHaveLength(0)
})

test('unmounting leaves no listener', async () => {
  const NetInfo = createNetInfo()
  const { appState, unmount } = start('ios', { NetInfo })
  await receive('data: 1\n\n')
  expect([appState.listeners.size, NetInfo.listeners.size]).toEqual([1, 1])
  unmount()
  await act(() => clock.advance(1_000))
  expect([appState.listeners.size, NetInfo.listeners.size]).toEqual([0, 0])
})

test('a relative URL fails the stream: an app has no address', async () => {
  const { snapshot } = start('ios', {}, {}, '/prices')
  await act(() => clock.advance(0))
  const { error } = snapshot() as { error?: Error }
  expect(error).toMatchObject({ code: 'invalid-option', option: 'url' })
  expect(error?.message).toContain('absolute')
})
