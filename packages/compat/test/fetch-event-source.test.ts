import { createFakeServer } from '@headwater/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fetchEventSource } from '../src/fetch-event-source.ts'

afterEach(() => vi.unstubAllGlobals())

describe('fetchEventSource', () => {
  test('returns the promise when it is called with new', async () => {
    const server = createFakeServer()
    const Class = fetchEventSource as unknown as new (...args: Parameters<typeof fetchEventSource>) => unknown
    const promise = new Class('https://example.com/chat', { fetch: server.fetch })
    expect(promise).toBeInstanceOf(Promise)
    await (await server.nextRequest()).end()
    expect(await promise).toBe(undefined)
  })

  test('delivers headwater.gap to onmessage, as any type', async () => {
    const server = createFakeServer()
    const messages: unknown[] = []
    const options = { fetch: server.fetch, onmessage: (message: unknown) => void messages.push(message) }
    const promise = fetchEventSource('https://example.com/chat', options)
    const request = await server.nextRequest()
    await request.send('event: headwater.gap\nid: 5\ndata: {"from":"1"}\n\n')
    await request.end()
    await promise
    expect(messages).toEqual([
      expect.objectContaining({ event: 'headwater.gap', id: '5', data: '{"from":"1"}' }),
    ])
  })

  test('rejects instead of throwing without options', async () => {
    const promise = fetchEventSource('https://example.com/chat', undefined as never)
    await expect(promise).rejects.toThrow(TypeError)
  })

  test.each([undefined, null])('passes an Error to onerror if fetch rejects with %s', async (reason) => {
    const promise = fetchEventSource('https://example.com/chat', {
      fetch: () => Promise.reject(reason),
      onerror(error) {
        throw error
      },
    })
    await expect(promise).rejects.toThrow(`The thrown value was ${reason}.`)
  })

  test('ends a POST while the page is hidden only if there is an id that can be sent', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    const hide = () => {
      page.visibilityState = 'hidden'
      page.dispatchEvent(new Event('visibilitychange'))
      page.visibilityState = 'visible'
    }
    vi.stubGlobal('document', page)
    const server = createFakeServer()
    const controller = new AbortController()
    const promise = fetchEventSource('https://example.com/chat', {
      method: 'POST',
      fetch: server.fetch,
      signal: controller.signal,
    })
    const request = await server.nextRequest()
    for (const [id, open] of [
      ['', true],
      ['\t ', true],
      ['7', false],
    ] as const) {
      await request.send(`id: ${id}\n\n`)
      hide()
      expect([id, request.open]).toEqual([id, open])
    }
    controller.abort()
    await promise
  })
})
