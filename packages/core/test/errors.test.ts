import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { errorDocs } from '../src/docs-address.ts'
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
  'the message of an error ends with the page of the docs about its code: %s',
  (message) => {
    const { message: text } = new SseError('network', message)
    expect(text).toBe(`No response${message.endsWith('!') ? '!' : '.'} See ${errorDocs('network')}.`)
  },
)

describe.each(['docs/errors', 'docs/zh/errors'])('%s', (folder) => {
  test('has a page for each code, and no other', () => {
    const pages = readdirSync(new URL(`../../../${folder}`, import.meta.url))
    expect(pages.sort()).toEqual([...Object.keys(codes).map((code) => `${code}.md`), 'index.md'].sort())
  })

  test('has a table of the codes, in order', () => {
    const rows = [...read(`${folder}/index.md`).matchAll(/^\| \[`([\w-]+)`\]\(\1\.md\) +\|/gm)]
    expect(rows.map(([, code]) => code)).toEqual(Object.keys(codes))
  })

  test.each(Object.keys(codes))('says on the page %s what happened and what to do', (code) => {
    const page = read(`${folder}/${code}.md`)
    expect(page).toContain(`\n# ${code}\n`)
    expect(page.match(/^## .+$/gm)).toHaveLength(2)
  })
})

test('the table of codes has the same codes in the same order', () => {
  const rows = [...read('packages/core/src/errors.ts').matchAll(/^ \* \| `([\w-]+)` \|/gm)].map(
    ([, code]) => code,
  )
  expect(rows).toEqual(Object.keys(codes))
})
