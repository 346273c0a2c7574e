import { expect, test } from 'vitest'
import { defineMissingGlobals } from '../../src/testing/web-globals.ts'

const names = ['ReadableStream', 'Response', 'TextDecoder', 'TextEncoder'] as const

test('defines the globals of Node where they are missing', () => {
  const scope: { [name: string]: unknown; process: NodeJS.Process } = { process }
  defineMissingGlobals(scope)
  for (const name of names) expect(scope[name]).toBe(globalThis[name])
})

test('replaces no global, and does nothing outside Node', () => {
  const scope: { [name: string]: unknown } = { Response: 'mine' }
  defineMissingGlobals(scope)
  expect(scope).toMatchObject({ Response: 'mine' })
  expect(scope['TextDecoder']).toBeUndefined()
})
