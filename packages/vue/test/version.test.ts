import { version } from 'vue'
import { expect, test } from 'vitest'

test('the tests run on the Vue that was asked for', () => {
  expect(version.split('.', 2).join('.')).toBe(process.env['VUE_MINOR'] ?? '3.5')
})
