import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERROR_DOCS } from '../src/docs-address.ts'
import { SseError, type SseErrorCode } from '../src/index.ts'

// Complete by type: a code that is added has to be added here, and then to the docs.
const codes: Record<SseErrorCode, true> = {
  'invalid-option': true,
  'option-failed': true,
  network: true,
  ended: true,
  status: true,
  'content-type': true,
  redirect: true,
  'connect-timeout': true,
  'idle-timeout': true,
  'message-too-large': true,
  'invalid-message': true,
  server: true,
}

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

test.each(['No response.', 'No response', 'No response!'])(
  'the message of an error ends with the section of the docs about its code: %s',
  (message) => {
    const { message: text } = new SseError('network', message)
    expect(text).toBe(`No response${message.endsWith('!') ? '!' : '.'} See ${ERROR_DOCS}#network.`)
  },
)

test.each(['docs/errors.md', 'docs/errors.zh-CN.md'])('%s has a section for each code, in order', (path) => {
  const headings = [...read(path).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(Object.keys(codes))
})

test('the table of codes has the same codes in the same order', () => {
  const rows = [...read('packages/core/src/errors.ts').matchAll(/^ \* \| `([\w-]+)` \|/gm)].map(
    ([, code]) => code,
  )
  expect(rows).toEqual(Object.keys(codes))
})
