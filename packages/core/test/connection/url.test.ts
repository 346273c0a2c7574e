import { describe, expect, test } from 'vitest'
import type { SseError } from '../../src/errors.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { createHarness, type HarnessOptions } from './harness.ts'

const catchError = (create: () => unknown): SseError => {
  try {
    create()
  } catch (error) {
    return error as SseError
  }
  return expect.fail('no error was thrown')
}

describe('a URL with a user name or a password', () => {
  test.each([
    'http://user:s3cret@example.com/',
    'https://s3cret@example.com',
    'https:user:s3cret@example.com',
  ])('is refused when the stream is created: %s', (url) => {
    const error = catchError(() => createEventStream(url))
    expect(error).toMatchObject({ code: 'invalid-option', option: 'url' })
    expect(error.message).toContain('user name or password')
    expect(error.message).not.toContain('s3cret')
  })

  test('is refused at the attempt if a function returns it, without a request', async () => {
    const harness = createHarness({ url: () => 'http://user:s3cret@example.com/' })
    harness.subscribe()
    await harness.clock.advance(600_000)
    expect(harness.state).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'invalid-option', option: 'url' },
    })
    expect(JSON.stringify(harness.state)).not.toContain('s3cret')
    expect(harness.server.requests).toHaveLength(0)
  })
})

test.each([
  ['http://user:s3c/ret@example.com/', 'http…/'],
  ['http://user:s3c?ret@example.com/news', 'http…/news'],
  ['http://user:s3c#ret@[', 'http…'],
  ['https:user:s3c/ret@example.com', 'https…'],
  ['ftp://user:s3cret@example.com/@me', 'ftp…'],
  ['localhost:3000/news?token=s3cret', 'localhost:3000/news…'],
  ['http://example.com:port/?token=s3cret', 'http://example.com:port/…'],
])('an error about the invalid URL %s shows no secret of it', (url, shown) => {
  const { message } = catchError(() => createEventStream(url))
  expect(message).toBe(
    `Option url must be an http or https URL, not ${shown}. See docs/errors/invalid-option.md.`,
  )
})

describe('an error message shows neither the values of the query nor the fragment', () => {
  const url = 'https://example.com/@me/news?token=s3cret&s3cret&empty=#s3cret'
  const shown = 'https://example.com/@me/news?token=…&…&empty=…'

  async function messageOf(
    respond: (request: ReturnType<typeof createHarness>['server']['requests'][0]) => unknown,
    options: HarnessOptions = {},
  ): Promise<string> {
    const harness = createHarness({ url, ...options })
    harness.subscribe()
    await harness.clock.advance(0)
    await respond(harness.server.requests[0]!)
    await harness.clock.advance(0)
    const { message } = (harness.state as { error: SseError }).error
    expect(message).not.toContain('s3cret')
    return message
  }

  test('of a connection that fails, whatever fetch says', async () => {
    const fetch = () => Promise.reject(new TypeError(`cannot fetch ${url}, which is ${url}`))
    const message = await messageOf(() => undefined, { fetch })
    expect(message).toContain(`${shown}: the connection failed (cannot fetch ${shown}, which`)
  })

  test('of a response with an error status', async () => {
    expect(await messageOf((request) => request.refuse(404))).toContain(
      `GET ${shown}: the server answered 404`,
    )
  })

  test('of a response that ends', async () => {
    expect(await messageOf((request) => request.end())).toContain(shown)
  })

  test.each([
    ['/login?next=s3cret', 'https://example.com/login?next=…'],
    ['https://user:s3cret@login.example.com/?a=s3cret#s3cret', 'https://login.example.com/?a=…'],
    ['http://user:s3c/s3cret@[', 'http…'],
  ])('of a redirect to %s', async (location, target) => {
    const fetch = () => {
      const response = new Response('', { status: 302, headers: { location } })
      return Promise.resolve(Object.defineProperty(response, 'url', { value: url }))
    }
    expect(await messageOf(() => undefined, { fetch, redirect: 'error' })).toContain(
      ` with a redirect to ${target}, which`,
    )
  })
})

test('an error about headers shows no value of them, whether they are given at the start or by a function', async () => {
  const headers = { authorization: 'Bearer s3cret\n.' }
  const error = catchError(() => createEventStream('/', { headers }))
  expect(error).toMatchObject({ code: 'invalid-option', option: 'headers' })
  expect(error.message).not.toContain('s3cret')

  const harness = createHarness({ headers: () => headers })
  harness.subscribe()
  await harness.clock.advance(600_000)
  expect(harness.state).toMatchObject({
    status: 'closed',
    error: { code: 'invalid-option', option: 'headers' },
  })
  expect((harness.state as { error: SseError }).error.message).not.toContain('s3cret')
})
