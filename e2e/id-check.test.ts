import { expect, test } from '@playwright/test'
import { createIdCheck } from '../apps/shared/src/id-check.ts'

function checkOf(...ids: string[]) {
  const check = createIdCheck()
  for (const id of ids) check.add(id)
  return check
}

test('the check of the ids counts missing and repeated ones', () => {
  expect(checkOf('7-3', '7-4', '7-5')).toMatchObject({
    messages: 3,
    missing: 0,
    repeated: 0,
    untold: 0,
    first: 3,
    last: 5,
  })
  expect(checkOf('7-3', '7-6')).toMatchObject({ missing: 2, untold: 1 })
  expect(checkOf('7-3', '7-4', '7-4', '7-5')).toMatchObject({ missing: 0, repeated: 1, untold: 0, last: 5 })
  expect(checkOf('0', '1', '3')).toMatchObject({ missing: 1, untold: 1 })
})

test('the check of the ids accepts gaps that the server tells, and another epoch only with one', () => {
  const told = checkOf('7-3', '7-6', '8-1', '8-2')
  expect(told).toMatchObject({ missing: 2, untold: 2, gaps: 0, first: 1, last: 2 })
  told.tell({ from: '7-3' })
  expect(told).toMatchObject({ untold: 1, gaps: 1 })
  told.tell({ from: '7-6' })
  expect(told).toMatchObject({ untold: 0, gaps: 2 })
  told.reset()
  expect(told).toMatchObject({ messages: 0, missing: 0, gaps: 0, untold: 0, first: undefined })
})
