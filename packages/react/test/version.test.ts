import { version } from 'react'
import { version as domVersion } from 'react-dom'
import { expect, test } from 'vitest'

test('the tests run on the React version of REACT_MAJOR', () => {
  const expected = process.env['REACT_MAJOR'] ?? '19'
  expect(version.split('.')[0]).toBe(expected)
  expect(domVersion.split('.')[0]).toBe(expected)
})
