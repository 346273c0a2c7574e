import { expect, test } from '@playwright/test'
import { rowsOf } from '../apps/shared/src/chat-rows.ts'
import type { Chat } from '../apps/shared/src/chat.ts'
import { english } from '../apps/shared/src/english.ts'

type Answer = Parameters<typeof rowsOf>[1]

const answerOf = (...parts: object[]) => ({ parts }) as unknown as Answer
const running: Chat = { turns: [{ question: 'Hi' }], answer: 'a.1', isRunning: true }
const call = { type: 'tool-call', key: '0', id: 'c', name: 'price', arguments: '{"symbol":"AL' }

test('the rows of the chat show arguments that are not complete, and then the result', () => {
  const [, growing] = rowsOf(running, answerOf(call), english)
  expect(growing).toMatchObject({ key: '1.0', kind: 'tool-call', label: 'Tool', text: 'price(AL)' })
  const complete = { ...call, arguments: '{"symbol":"ALBA"}' } as never
  const turn = {
    answer: answerOf(complete),
    results: [{ call: complete, result: 9.5 }],
    end: 'done',
  } as const
  const [, done] = rowsOf({ ...running, turns: [...running.turns, turn] }, answerOf(), english)
  expect(done).toMatchObject({ key: '1.0', text: 'price(ALBA) → 9.5' })
})

test('the rows of the chat link only to web pages, and leave out empty parts', () => {
  const sources = ['https://example.com/', 'javascript:alert(1)', undefined].map((url) => ({
    url,
    title: 'T',
  }))
  const rows = rowsOf(
    running,
    answerOf({ type: 'reasoning', text: '' }, { type: 'text', text: 'A', sources }),
    english,
  )
  expect(rows.map(({ kind, text, url }) => [kind, text, url])).toEqual([
    ['question', 'Hi', undefined],
    ['text', 'A', undefined],
    ['source', 'T', 'https://example.com/'],
  ])
})

test('the rows of the chat tell how an answer ended, and that there is none', () => {
  const end = (name: 'stopped' | 'failed') =>
    rowsOf(
      {
        ...running,
        isRunning: false,
        turns: [{ answer: answerOf(), results: [], end: name, message: 'Lost' }],
      },
      answerOf(),
      english,
    )
  expect(end('stopped')).toMatchObject([{ kind: 'stopped', text: 'You stopped the model.' }])
  expect(end('failed')).toMatchObject([{ kind: 'failed', label: 'Failed', text: 'Lost' }])
  expect(rowsOf({ turns: [], answer: '', isRunning: false }, answerOf(), english)).toMatchObject([
    { kind: 'empty', text: 'The answer appears here.' },
  ])
})
