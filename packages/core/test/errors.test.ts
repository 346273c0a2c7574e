import { expect, test } from 'vitest'
import { ERROR_DOCS } from '../src/docs-address.ts'
import { SseError } from '../src/index.ts'

test.each(['No response.', 'No response', 'No response!'])(
  'the message of an error ends with the section of the docs about its code: %s',
  (message) => {
    const { message: text } = new SseError('network', message)
    expect(text).toBe(`No response${message.endsWith('!') ? '!' : '.'} See ${ERROR_DOCS}#network.`)
  },
)
