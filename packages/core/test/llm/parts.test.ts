import { array, assert, constantFrom, integer, property, record, string } from 'fast-check'
import { expect, test } from 'vitest'
import { createEventStream, createScope, type Fold, type Message } from '../../src/index.ts'
import {
  type Answer,
  answer,
  anthropic,
  chatRequest,
  cohere,
  gemini,
  openai,
  uiMessageStream,
} from '../../src/llm/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { answersAfter, choice } from './answers-after.ts'
import * as transcripts from './transcripts.ts'

const formats: readonly (readonly [string, () => Fold<Answer, Answer, Message>, transcripts.Transcript])[] = [
  ['chat completions', openai, transcripts.chatCompletions],
  ['responses', openai, transcripts.responses],
  ['messages', anthropic, transcripts.messages],
  ['contents', gemini, transcripts.contents],
  ['interactions', gemini, transcripts.interactions],
  ['chat of Cohere', cohere, transcripts.cohereChat],
  ['UI messages', uiMessageStream, transcripts.uiMessages],
]

const dataOf = (blocks: readonly string[]) =>
  blocks.flatMap((block) => /^data: (.*)$/m.exec(block)?.slice(1) ?? [])

test.each(formats)(
  'a part that does not change stays the same object, and its key stays: %s',
  (_, createFold, { blocks }) => {
    const answers = answersAfter(createFold(), ...dataOf(blocks))
    for (const [at, after] of answers.entries()) {
      const before = answers[at - 1]
      for (const [index, part] of (before?.parts ?? []).entries()) {
        const same = after.parts[index]!
        expect(same.key).toBe(part.key)
        expect(same === part).toBe(JSON.stringify(same) === JSON.stringify(part))
      }
      if (after === before) expect(JSON.stringify(after)).toBe(JSON.stringify(before))
    }
  },
)

test.each(formats)('an answer is never changed after it was shown: %s', (_, createFold, { blocks }) => {
  const copies: string[] = []
  const fold = createFold()
  let state = fold.initial(undefined)
  const answers = dataOf(blocks).map((data) => {
    state = fold.add(state, { type: 'message', data, id: '' })
    copies.push(JSON.stringify(fold.view(state)))
    return fold.view(state)
  })
  expect(answers.map((each) => JSON.stringify(each))).toEqual(copies)
})

test.each(formats)(
  'goes on with an answer that was written as JSON: %s',
  (_, createFold, { blocks, answer: expected }) => {
    const data = dataOf(blocks)
    for (let at = 0; at < data.length; at++) {
      const [before] = answersAfter(createFold(), ...data.slice(0, at)).slice(-1)
      const fold = createFold()
      let state = fold.initial(before && (JSON.parse(JSON.stringify(before)) as Answer))
      for (const each of data.slice(at)) state = fold.add(state, { type: 'message', data: each, id: '' })
      expect(toJson(fold.view(state))).toEqual(toJson(expected))
    }
  },
)

const toJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

test('text, arguments and calls are those of the parts, whatever comes in which order', () => {
  const delta = record({
    kind: constantFrom('content', 'reasoning', 'reasoning_content', 'refusal', 'call'),
    text: string({ maxLength: 5 }),
    index: integer({ min: 0, max: 2 }),
  })
  const toDelta = ({ kind, text, index }: { kind: string; text: string; index: number }, at: number) =>
    kind === 'call'
      ? choice({
          tool_calls: [
            { index, ...(at % 2 && { id: `c${index}` }), function: { name: `f${index}`, arguments: text } },
          ],
        })
      : choice({ [kind]: text })
  assert(
    property(array(delta, { maxLength: 30 }), (deltas) => {
      const textOf = (...kinds: readonly string[]) =>
        deltas.map(({ kind, text }) => (kinds.includes(kind) ? text : '')).join('')
      const last = answersAfter(openai(), ...deltas.map(toDelta), '[DONE]').at(-1)!
      const join = (type: string) =>
        last.parts.map((part) => (part.type === type && 'text' in part ? part.text : '')).join('')
      expect([last.text, last.reasoning, last.refusal]).toEqual([
        textOf('content'),
        textOf('reasoning', 'reasoning_content'),
        textOf('refusal'),
      ])
      expect([join('text'), join('reasoning'), join('refusal')]).toEqual([
        last.text,
        last.reasoning,
        last.refusal,
      ])
      const texts = last.toolCalls.map((call) => call.arguments).join('')
      expect(texts.length).toBe(textOf('call').length)
      const keys = last.parts.map(({ key }) => key)
      expect(new Set(keys).size).toBe(keys.length)
    }),
  )
})

test('two streams of one answer have the same parts, and one that joins late has them, too', async () => {
  const clock = createFakeClock()
  const server = createFakeServer()
  const scope = createScope()
  const open = () => {
    const stream = createEventStream(
      'https://example.com/',
      { ...chatRequest({}), clock, fetch: server.fetch, fold: anthropic(), notify: 'sync' },
      scope,
    )
    stream.subscribe(() => {})
    return stream
  }
  const one = open()
  const request = await server.nextRequest()
  const { blocks, answer: expected } = transcripts.messages
  await request.send(
    blocks
      .slice(0, 8)
      .map((block) => `${block}\n\n`)
      .join(''),
  )
  const other = open()
  await request.send(
    blocks
      .slice(8)
      .map((block) => `${block}\n\n`)
      .join(''),
  )
  expect(one.getSnapshot().data).toEqual(expected)
  // The last message ends the stream of the oldest view, which alone asks its fold about it.
  expect(other.getSnapshot().data.parts).toEqual(expected.parts)
})

test('answer() keeps to the format of the first message', () => {
  const [, second] = answersAfter(answer(), choice({ content: 'a' }), {
    candidates: [{ content: { parts: [{ text: 'b' }] } }],
  })
  expect(second).toMatchObject({ format: 'openai-chat', text: 'a' })
})
