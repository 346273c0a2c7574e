import { version } from 'vue'
import { expect, test } from 'vitest'

test('the tests run on the Vue version of VUE_MINOR', () => {
  expect(version.split('.', 2).join('.')).toBe(process.env['VUE_MINOR'] ?? '3.5')
})
