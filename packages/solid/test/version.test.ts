import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

test('the tests run on the Solid version of SOLID_MINOR', () => {
  const folder = dirname(createRequire(import.meta.url).resolve('solid-js/package.json'))
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  expect(version.split('.', 2).join('.')).toBe(process.env['SOLID_MINOR'] ?? '1.9')
})
