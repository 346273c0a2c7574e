import { describe, expect, test } from 'vitest'
import {
  createEventStream,
  type EventStreamOptions,
  history,
  SseError,
  type StreamUrl,
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
