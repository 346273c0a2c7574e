import { expect, test } from 'vitest'
import { checkLives } from './browser/check-lives.ts'
import type { Life } from './browser/tab-page.ts'

/** Messages 1 to 9; each third one is for another user. */
const sent = Array.from({ length: 9 }, (_, index) => ({ n: index + 1, to: index % 3 === 2 ? 'bob' : null }))

const life = (after: number | null, runs: Life['runs'], wrong: string[] = []) =>
  ({ after, runs, wrong }) as Life

const check = (user: string | null, ...lives: Life[]) => checkLives(lives, sent, { name: 'tab', user })

test.each([
  ['a life without an id', 'bob', [life(null, [[2, 9]])], 8],
  ['a life with an id', 'bob', [life(4, [[5, 9]])], 5],
  [
    'messages for another user between',
    'alice',
    [
      life(1, [
        [2, 2],
        [4, 5],
        [7, 8],
      ]),
    ],
    5,
  ],
  ['two lives', 'bob', [life(null, [[1, 4]]), life(4, [[5, 9]])], 9],
  ['an id after messages for another user', 'alice', [life(null, [[1, 2]]), life(3, [[4, 5]])], 4],
  ['a life without messages', 'bob', [life(null, [[1, 4]]), life(4, []), life(4, [[5, 9]])], 9],
] as const)('accepts %s', (_, user, lives, delivered) => {
  expect(check(user, ...(lives as unknown as Life[]))).toEqual({ violations: [], delivered })
})

test.each([
  [
    'a lost message',
    [
      life(null, [
        [1, 3],
        [5, 9],
      ]),
    ],
    'tab, life 1: nothing between 3 and 5',
  ],
  ['a message that is lost at the beginning', [life(2, [[4, 9]])], 'tab, life 1: nothing between 2 and 4'],
  [
    'a repeated message',
    [
      life(null, [
        [1, 3],
        [3, 9],
      ]),
    ],
    'tab, life 1: 3 comes after 3',
  ],
  [
    'an older message',
    [
      life(null, [
        [4, 6],
        [2, 2],
      ]),
    ],
    'tab, life 1: 2 comes after 6',
  ],
  [
    'messages that are lost between two lives',
    [life(null, [[1, 3]]), life(5, [[6, 9]])],
    'tab, life 2 begins after 5, but the life before ended with 3',
  ],
  [
    'a life that begins again',
    [life(null, [[1, 3]]), life(2, [[3, 9]])],
    'tab, life 2 begins after 2, but the life before ended with 3',
  ],
  [
    'a wrong message',
    [life(null, [[1, 9]], ['message 3 has the id x-4'])],
    'tab, life 1: message 3 has the id x-4',
  ],
] as const)('finds %s', (_, lives, violation) => {
  expect(check('bob', ...(lives as unknown as Life[])).violations).toEqual([violation])
})
