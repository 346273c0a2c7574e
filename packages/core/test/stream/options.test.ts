import { describe, expect, test } from 'vitest'
import {
  createEventStream,
  type EventStreamOptions,
  history,
  SseError,
  type StreamUrl,
} from '../../src/index.ts'

function refusal(make: () => unknown): SseError {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(SseError)
    return error as SseError
  }
  return expect.fail('nothing was refused')
}

describe('a wrong option is refused at once, by name', () => {
  // What TypeScript would refuse may still come from JavaScript.
  const wrong = (value: unknown) => value as never
  const cases: [string, StreamUrl, EventStreamOptions][] = [
    ['url', wrong(undefined), {}],
    ['url', wrong(null), {}],
    ['url', '', {}],
    ['url', 'http://', {}],
    ['url', 'http://[', {}],
    ['url', 'ftp://example.com/', {}],
    ['method', '/', { method: 'NOT A METHOD' }],
    ['body', '/', { body: 'x' }],
    ['body', '/', { method: 'get', body: () => 'x' }],
    ['headers', '/', { headers: { 'not a name': 'x' } }],
    ['headers', '/', { headers: { name: 'line\nbreak' } }],
    ['fetch', '/', { fetch: wrong('fetch') }],
    ['retry', '/', { retry: wrong('often') }],
    ['retry.baseMs', '/', { retry: { baseMs: -1 } }],
    ['retry.capMs', '/', { retry: { capMs: NaN } }],
    ['retry.attempts', '/', { retry: { attempts: -2 } }],
    ['connectTimeoutMs', '/', { connectTimeoutMs: -1 }],
    ['idleTimeoutMs', '/', { idleTimeoutMs: -5 }],
    ['idleTimeoutMs', '/', { idleTimeoutMs: wrong('long') }],
    ['closeDelayMs', '/', { closeDelayMs: -1 }],
    ['pauseWhenHiddenMs', '/', { pauseWhenHiddenMs: -1 }],
    ['maxMessageLength', '/', { maxMessageLength: -1 }],
    ['queueLimit', '/', { queueLimit: -1 }],
  ]
  test.each(cases)('%s: %j %o', (option, url, options) => {
    const error = refusal(() => createEventStream(url, options))
    expect(error).toMatchObject({ name: 'SseError', code: 'invalid-option', option })
    expect(error.message).toContain(option)
  })

  test('history without a limit', () => {
    expect(refusal(() => history(0))).toMatchObject({ code: 'invalid-option', option: 'history' })
    expect(refusal(() => history(1.5))).toMatchObject({ code: 'invalid-option', option: 'history' })
  })
})

describe('a good option is taken', () => {
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
