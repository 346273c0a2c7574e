import { VERSION } from 'svelte/compiler'
import { expect, test } from 'vitest'

test('the tests run on the Svelte version of SVELTE_MAJOR', () => {
  expect(VERSION.split('.')[0]).toBe(process.env['SVELTE_MAJOR'] ?? '5')
})
