import { version } from 'react'
import { version as domVersion } from 'react-dom'
import { expect, test } from 'vitest'

test('the tests run on the React that was asked for', () => {
  const wanted = process.env['REACT_MAJOR'] ?? '19'
  expect(version.split('.')[0]).toBe(wanted)
  expect(domVersion.split('.')[0]).toBe(wanted)
})
