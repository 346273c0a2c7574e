// The messages of `error` events that the test suite of eventsource compares. The drop-in has others; the guide lists all.
import { EventSource as Original, type FetchLike } from 'eventsource'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EventSource } from '../../src/event-source.ts'

const guide = readFileSync(new URL('../../../../docs/migrate/eventsource.md', import.meta.url), 'utf8')
const type = { 'content-type': 'text/event-stream' }

/** Rows of the table in the guide, without the padding of its cells. */
const rows = guide
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

const respond = (body: unknown, status = 200, headers: Record<string, string> = type) =>
  (async (url) => ({ body, status, headers: new Headers(headers), redirected: false, url })) as FetchLike

const respondWithText: (text: string) => FetchLike = (text) => async () =>
  new Response(text, { headers: type })

const cases: readonly (readonly [title: string, fetch: FetchLike])[] = [
  ['status 204', respond(null, 204)],
  ['status 403', respond(null, 403)],
  ['another content type', respond(null, 200, { 'content-type': 'text/html' })],
  ['a body that is no stream', respond('text')],
  ['no body', respond(undefined)],
  ['a message that is too long', respondWithText(`data: ${'x'.repeat(2 ** 24)}`)],
]

const firstError = (source: EventTarget) =>
  new Promise<{ message: string; code?: number; error: { code: string } }>((resolve) =>
    source.addEventListener('error', (event) => resolve(event as never), { once: true }),
  )

test.each(cases)(
  '%s: the guide has the message of eventsource and the code of the drop-in',
  async (_, fetch) => {
    const url = 'http://localhost:1/'
    const source = new Original(url, { fetch, maxBufferSize: 16 })
    const theirs = await firstError(source)
    source.close()
    const ours = new EventSource(url, { fetch })
    const { message, code, error } = await firstError(ours)
    expect(ours.readyState).toBe(EventSource.CLOSED)
    expect(message).not.toBe(theirs.message)
    expect(rows).toContainEqual(['', theirs.message, `\`${error.code}\``, String(code ?? 'none'), ''])
  },
)

test('the message of a network error contains the reason of fetch, as in eventsource', async () => {
  const fetch: FetchLike = () => Promise.reject(new TypeError('fetch failed'))
  for (const Class of [Original, EventSource]) {
    const source = new Class('http://localhost:1/', { fetch })
    expect((await firstError(source)).message).toContain('fetch failed')
    source.close()
  }
})

test('a URL that cannot be parsed throws a SyntaxError, as in eventsource', () => {
  const messages = [Original, EventSource].map((Class) => {
    try {
      return String(new Class('http://this is invalid/'))
    } catch (error) {
      expect(error).toBeInstanceOf(DOMException)
      expect((error as DOMException).name).toBe('SyntaxError')
      return (error as DOMException).message
    }
  })
  expect(guide).toContain(`"${messages[0]}"`)
  expect(messages[1]).toContain('http://this is invalid/')
})
