import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EventStreamOptions } from '../../src/index.ts'
import { type BaseServer, createBaseServer, type Handler } from '../connection/base-server.ts'
import { bundle } from '../connection/bundle.ts'
import { createExpoFetch, type NativeRequest } from './expo-fetch.ts'
import { createNativeRealm, type NativeRealm } from './globals.ts'

const stream = { 'content-type': 'text/event-stream' }
let program = ''
let server: BaseServer | undefined
beforeAll(async () => {
  program = await bundle('../react-native/program.ts')
})
afterEach(() => server?.close())

/** Starts a server, and a stream in a realm of React Native with expo/fetch. */
async function start(
  handle: Handler,
  options: EventStreamOptions<unknown> = {},
  realm: NativeRealm = createNativeRealm(program),
  expo: Parameters<typeof createExpoFetch>[1] = {},
) {
  server = await createBaseServer(handle)
  const requests: NativeRequest[] = []
  const fetch = createExpoFetch(realm, { requests, ...expo }) as unknown as typeof globalThis.fetch
  const AppState = { currentState: 'active', addEventListener: () => ({ remove() {} }) }
  const page = realm.headwater.nativePage({ AppState, Platform: { OS: 'ios' } })
  const source = realm.headwater.createEventStream(`${server.origin}/prices`, {
    ...{ fetch, page, retry: { baseMs: 1, capMs: 1 }, notify: 'microtask' },
    ...options,
  } as EventStreamOptions<unknown>)
  return { source, requests, realm }
}

type Started = Awaited<ReturnType<typeof start>>

/** Waits for a snapshot. Resolves with it. */
function until(source: Started['source'], condition: (snapshot: any) => boolean): Promise<any> {
  return new Promise((resolve) => {
    const check = () => condition(source.getSnapshot()) && resolve(source.getSnapshot())
    source.observe(check)
    check()
  })
}

test('core, its entry for models and the page touch no global that React Native lacks when they are imported', () => {
  const realm = createNativeRealm(program)
  expect(typeof realm.headwater.createEventStream).toBe('function')
  expect(realm.headwater.isBrowser()).toBe(false)
})

test('a stream is opened by its first subscriber, reads, and closes its socket', async () => {
  const { source, requests } = await start((_, response) => {
    response.writeHead(200, stream).write('id: 1\ndata: 你好\n\n')
  })
  const stop = source.subscribe(() => {})
  const snapshot = await until(source, ({ data }) => data !== undefined)
  expect(snapshot).toMatchObject({ status: 'open', data: '你好', lastEventId: '1' })
  expect(requests).toEqual([
    { method: 'GET', headers: { accept: 'text/event-stream' }, redirect: 'follow', credentials: 'include' },
  ])
  source.close()
  stop()
  await expect.poll(() => server!.sockets).toBe(0)
})

test('a stream without the option page, whose socket breaks, resumes from the last id', async () => {
  const ids: (string | undefined)[] = []
  const { source } = await start(
    (request, response) => {
      ids.push(request.headers['last-event-id'] as string | undefined)
      response.writeHead(200, stream).write(`id: ${ids.length}\ndata: ${ids.length}\n\n`)
      if (ids.length === 1) setImmediate(() => request.socket.resetAndDestroy())
    },
    { page: undefined } as unknown as EventStreamOptions<unknown>,
  )
  const errors: string[] = []
  source.observe(() => {
    const snapshot = source.getSnapshot()
    if (snapshot.status === 'waiting') errors.push(snapshot.error.code)
  })
  const stop = source.subscribe(() => {})
  expect(await until(source, ({ data }) => data === '2')).toMatchObject({ status: 'open' })
  expect(ids).toEqual([undefined, '1'])
  expect(errors).toEqual(['network'])
  stop()
  source.close()
})

test('a server that cannot be reached is a network error with the reason that expo/fetch gives', async () => {
  const { source } = await start((request) => void request.socket.destroy(), { retry: false })
  const stop = source.subscribe(() => {})
  const { error } = await until(source, ({ status }) => status === 'closed')
  expect(error.code).toBe('network')
  expect(error.message).toContain('fetch failed:')
  stop()
})

test('a long answer arrives complete, in order and as it was sent, however it is cut', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `${index} 价格 👋 ${'x'.repeat(index % 90)}`)
  const bytes = Buffer.from(lines.map((line) => `data: ${line}\n\n`).join(''))
  const seen: string[] = []
  const { source } = await start(
    (_, response) => {
      response.writeHead(200, stream)
      for (let from = 0, size = 1; from < bytes.length; from += size, size = (size * 7 + 3) % 4_099)
        response.write(bytes.subarray(from, from + size))
      response.end()
    },
    { retry: false, onMessage: ({ data }) => void seen.push(data as string) },
  )
  const stop = source.subscribe(() => {})
  await until(source, ({ status }) => status === 'closed')
  expect(seen).toEqual(lines)
  stop()
})

test('a TextDecoder that knows neither streaming nor byte order marks decodes the same', async () => {
  class PlainDecoder extends TextDecoder {
    constructor() {
      super('utf-8', { ignoreBOM: true })
    }
    override decode(bytes?: Uint8Array) {
      return super.decode(bytes)
    }
  }
  const text = `data: ${'价格'.repeat(2_000)}\n\n`
  const { source } = await start(
    (_, response) => {
      response.writeHead(200, stream)
      const bytes = Buffer.from(`\uFEFF${text}${text}`)
      for (let from = 0; from < bytes.length; from += 1_021)
        response.write(bytes.subarray(from, from + 1_021))
    },
    {},
    createNativeRealm(program, PlainDecoder),
  )
  let count = 0
  source.onMessage(({ data }) => {
    expect(data).toBe('价格'.repeat(2_000))
    count++
  })
  const stop = source.subscribe(() => {})
  await expect.poll(() => count).toBe(2)
  stop()
  source.close()
})

describe.each([false, true])('if a read hangs after an abort: %s', (abortedReadHangs) => {
  test('close() frees the socket, and open() connects again', async () => {
    const { source } = await start(
      (_, response) => void response.writeHead(200, stream).write('data: 1\n\n'),
      {},
      undefined,
      { abortedReadHangs },
    )
    const stop = source.subscribe(() => {})
    await until(source, ({ status }) => status === 'open')
    source.close()
    await expect.poll(() => server!.sockets).toBe(0)
    source.open()
    await until(source, ({ status }) => status === 'open')
    expect(server!.requests).toBe(2)
    stop()
    source.close()
  })
})

test('a redirect that could expose a header is refused, and its target named', async () => {
  const { source, requests } = await start(
    (_, response) => void response.writeHead(307, { location: 'https://other.example.com/a' }).end(),
    { headers: { 'x-token': 'secret' } },
  )
  const stop = source.subscribe(() => {})
  const { error } = await until(source, ({ status }) => status === 'closed')
  expect(error.code).toBe('redirect')
  expect(error.message).toContain('https://other.example.com/a')
  expect(error.message).not.toContain('secret')
  expect(requests).toMatchObject([{ redirect: 'manual' }])
  expect(server!.requests).toBe(1)
  stop()
})

test('chatRequest sends JSON with its content type, and the answer is read', async () => {
  const realm = createNativeRealm(program)
  const { chatRequest, openai } = realm.headwater
  const received: { type: string | undefined; body: string }[] = []
  const { source } = await start(
    async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      received.push({ type: request.headers['content-type'], body })
      response.writeHead(200, stream)
      response.end(
        'data: {"choices":[{"delta":{"content":"你好"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      )
    },
    { ...chatRequest({ model: 'a-model' }), fold: openai() } as EventStreamOptions<unknown>,
    realm,
  )
  const stop = source.subscribe(() => {})
  const { data, reason } = await until(source, ({ status }) => status === 'closed')
  expect([data.text, reason]).toEqual(['你好', 'ended'])
  expect(received).toEqual([{ type: 'application/json', body: '{"model":"a-model","stream":true}' }])
  stop()
})

test("React Native's own fetch, whose response has no body, fails the stream, and the page of the error names expo/fetch", async () => {
  const realm = createNativeRealm(program)
  const { source } = await start(
    () => {},
    {
      fetch: (async () => ({ status: 200, headers: new Headers(stream) })) as unknown as typeof fetch,
    },
    realm,
  )
  const stop = source.subscribe(() => {})
  const { error } = await until(source, ({ status }) => status === 'closed')
  expect(error.code).toBe('invalid-option')
  expect(error.message).toContain('docs/errors/invalid-option.md')
  expect(
    readFileSync(join(import.meta.dirname, '../../../../docs/errors/invalid-option.md'), 'utf8'),
  ).toContain('expo/fetch')
  stop()
})
