import { describe, expect, test } from 'vitest'
import {
  type BoundStreamOptions,
  createEventStream,
  type EventStreamOptions,
  history,
  type RetryOptions,
  latest,
  sessionStore,
  SseError,
  type StreamUrl,
  systemClock,
} from '../../src/index.ts'

function catchError(create: () => unknown): SseError {
  try {
    create()
  } catch (error) {
    expect(error).toBeInstanceOf(SseError)
    return error as SseError
  }
  return expect.fail('no error was thrown')
}

describe('createEventStream throws an error that names an invalid option', () => {
  // Values that TypeScript rejects may come from JavaScript.
  const untyped = (value: unknown) => value as never
  const cases: [string, StreamUrl, EventStreamOptions][] = [
    ['url', untyped(undefined), {}],
    ['url', untyped(null), {}],
    ['url', '', {}],
    ['url', 'http://', {}],
    ['url', 'http://[', {}],
    ['url', 'ftp://example.com/', {}],
    ['method', '/', { method: 'NOT A METHOD' }],
    ['body', '/', { body: 'x' }],
    ['body', '/', { method: 'get', body: () => 'x' }],
    ['headers', '/', { headers: { 'not a name': 'x' } }],
    ['headers', '/', { headers: { name: 'line\nbreak' } }],
    ['fetch', '/', { fetch: untyped('fetch') }],
    ['retry', '/', { retry: untyped('often') }],
    ['retry.baseMs', '/', { retry: { baseMs: -1 } }],
    ['retry.capMs', '/', { retry: { capMs: NaN } }],
    ['retry.attempts', '/', { retry: { attempts: -2 } }],
    ['connectTimeoutMs', '/', { connectTimeoutMs: -1 }],
    ['idleTimeoutMs', '/', { idleTimeoutMs: -5 }],
    ['idleTimeoutMs', '/', { idleTimeoutMs: untyped('long') }],
    ['closeDelayMs', '/', { closeDelayMs: -1 }],
    ['pauseWhenHiddenMs', '/', { pauseWhenHiddenMs: -1 }],
    ['maxMessageLength', '/', { maxMessageLength: -1 }],
    ['queueLimit', '/', { queueLimit: -1 }],
  ]
  test.each(cases)('%s: %j %o', (option, url, options) => {
    const error = catchError(() => createEventStream(url, options))
    expect(error).toMatchObject({ name: 'SseError', code: 'invalid-option', option })
    expect(error.message).toContain(option)
  })

  test('history: 0 and 1.5', () => {
    expect(catchError(() => history(0))).toMatchObject({ code: 'invalid-option', option: 'history' })
    expect(catchError(() => history(1.5))).toMatchObject({ code: 'invalid-option', option: 'history' })
  })
})

describe('createEventStream accepts valid options', () => {
  test.each<[StreamUrl, EventStreamOptions]>([
    ['/relative', {}],
    [new URL('https://example.com'), {}],
    [() => '/later', {}],
    ['/', { method: 'POST', body: 'x' }],
    ['/', { connectTimeoutMs: false, idleTimeoutMs: false, retry: false }],
    ['/', { idleTimeoutMs: 'auto', pauseWhenHiddenMs: false, closeDelayMs: 0 }],
    ['/', { retry: () => 1 }],
  ])('%s %o', (url, options) => {
    expect(() => createEventStream(url, options)).not.toThrow()
  })
})

describe('an option that does not exist', () => {
  // Complete by type: an option that is added to the interface has to be added here, and then to the list of the check.
  const all: Record<keyof BoundStreamOptions, unknown> = {
    autoConnect: false,
    body: 'x',
    clock: systemClock,
    closeDelayMs: 0,
    connectTimeoutMs: 0,
    credentials: 'include',
    enabled: true,
    events: {},
    fetch,
    fold: latest(),
    headers: {},
    idempotent: true,
    idleTimeoutMs: 0,
    initialData: '',
    initialLastEventId: '',
    inspect() {},
    key: 1,
    lastEventIdStore: sessionStore('x'),
    maxMessageLength: 0,
    method: 'POST',
    notify: 'sync',
    onClose() {},
    onGap() {},
    onComment() {},
    onInvalid() {},
    onMessage() {},
    onReconnect() {},
    page: undefined,
    pauseWhenHiddenMs: 0,
    queueLimit: 0,
    redirect: 'safe',
    retry: {},
    select() {},
    share: true,
    signal: new AbortController().signal,
    unref: true,
    until: () => false,
  }
  const allOfRetry: Record<keyof RetryOptions, unknown> = {
    attempts: 1,
    baseMs: 1,
    capMs: 1,
    elapsedMs: 1,
    when: () => true,
  }
  const create = (options: object) => createEventStream('/', options)

  test.each(Object.entries(all))('is not %s', (name, value) => {
    // Not undefined: that is allowed for every name.
    const options = { method: 'POST', [name]: value ?? {} }
    expect(() => create(options)).not.toThrow()
  })

  test.each(Object.entries(allOfRetry))('is not retry.%s', (name, value) => {
    expect(() => create({ retry: { [name]: value } })).not.toThrow()
  })

  test.each([
    ['header', {}, 'headers'],
    ['haeders', {}, 'headers'],
    ['onmessage', '', 'onMessage'],
    ['onComments', () => 0, 'onComment'],
    ['withCredentials', true, 'credentials'],
    ['idleTimeout', 1, 'idleTimeoutMs'],
    ['lastEventId', '1', 'lastEventIdStore'],
    ['autoconnect', false, 'autoConnect'],
    ['event', {}, 'events'],
    ['Fold', 1, 'fold'],
    ['METHOD', 'POST', 'method'],
  ])('is refused with the most similar name: %s', (name, value, similar) => {
    const error = catchError(() => create({ [name]: value }))
    expect(error).toMatchObject({ code: 'invalid-option', option: name })
    expect(error.message).toBe(
      `Option ${name} is unknown. Did you mean ${similar}? See docs/errors/invalid-option.md.`,
    )
  })

  test.each(['debug', 'onopen', 'x', '', 'constructor', 'timeout'.repeat(100)])(
    'is refused without a name if none is similar: %j',
    (name) => {
      const error = catchError(() => create({ [name]: 1 }))
      expect(error.message).toBe(`Option ${name} is unknown. See docs/errors/invalid-option.md.`)
    },
  )

  test('is refused in retry', () => {
    const error = catchError(() => create({ retry: { attempt: 3 } }))
    expect(error).toMatchObject({ code: 'invalid-option', option: 'retry.attempt' })
    expect(error.message).toContain('Option retry.attempt is unknown. Did you mean retry.attempts? See')
  })

  test('may be undefined', () => {
    expect(() => create({ header: undefined, retry: { attempt: undefined } })).not.toThrow()
  })
})
