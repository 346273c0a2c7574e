import { expect, test } from 'vitest'
import type { Fold, Message } from '../../src/index.ts'
import {
  type Answer,
  answer,
  anthropic,
  appendAnswer,
  cohere,
  gemini,
  openai,
  partialJson,
  uiMessageStream,
} from '../../src/llm/index.ts'
import { answersAfter } from './answers-after.ts'

type CreateFold = () => Fold<Answer, Answer, Message>

/** Events that put a block of an answer, or a part of a block, at an index. */
const events: readonly (readonly [string, CreateFold, (index: unknown) => readonly object[]])[] = [
  [
    'blocks of Anthropic',
    anthropic,
    (index) => [
      {
        type: 'content_block_start',
        index,
        content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} },
      },
      { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: '{}' } },
      { type: 'content_block_stop', index },
    ],
  ],
  [
    'items of a response',
    openai,
    (index) => [
      { type: 'response.output_item.added', output_index: index, item: { type: 'message', content: [] } },
      { type: 'response.output_text.delta', output_index: index, content_index: 0, delta: 'a' },
    ],
  ],
  [
    'contents of an item of a response',
    openai,
    (index) => [{ type: 'response.output_text.delta', output_index: 0, content_index: index, delta: 'a' }],
  ],
  [
    'summaries of an item of a response',
    openai,
    (index) => [
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: index, delta: 'a' },
    ],
  ],
  [
    'steps of an interaction',
    gemini,
    (index) => [
      { event_type: 'step.start', index, step: { type: 'function_call', id: 'a', name: 'f' } },
      { event_type: 'step.stop', index },
    ],
  ],
  [
    'arguments of Gemini',
    gemini,
    (index) => [
      { candidates: [{ content: { parts: [{ functionCall: { name: 'f', willContinue: true } }] } }] },
      ...['$.list[0]', `$.list[${String(index)}]`].map((jsonPath) => ({
        candidates: [
          {
            content: {
              parts: [
                { functionCall: { partialArgs: [{ jsonPath, stringValue: 'x' }], willContinue: true } },
              ],
            },
          },
        ],
      })),
    ],
  ],
  [
    'calls of chat completions',
    openai,
    (index) => [
      {
        choices: [{ delta: { tool_calls: [{ index, id: 'a', function: { name: 'f', arguments: '{}' } }] } }],
      },
    ],
  ],
  [
    'contents of Cohere',
    cohere,
    (index) => [
      { type: 'content-start', index, delta: { message: { content: { type: 'text', text: 'a' } } } },
      { type: 'content-delta', index, delta: { message: { content: { text: 'b' } } } },
    ],
  ],
]

test.each(events)('an index of any size or type costs no memory: %s', (_, createFold, eventsAt) => {
  for (const index of [4_000_000_000, 1e300, -1, 0.5, '__proto__', 'length', 'constructor', null]) {
    for (const fold of [createFold(), answer()]) {
      const last = answersAfter(fold, ...eventsAt(index)).at(-1)!
      expect(last.raw.length).toBeLessThanOrEqual(1)
      expect(Object.getPrototypeOf(last.raw)).toBe(Array.prototype)
      expect(JSON.stringify(last).length).toBeLessThan(2_000)
      appendAnswer({ messages: [], input: [], contents: [] }, last)
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([])
})

test('an index in its place is kept', () => {
  const [, createFold, eventsAt] = events[0]!
  expect(answersAfter(createFold(), ...eventsAt(0), ...eventsAt(1)).at(-1)!.raw).toHaveLength(2)
})

const nested = `${'['.repeat(100_000)}`

test.each<[string, CreateFold]>([
  ['openai', openai],
  ['anthropic', anthropic],
  ['gemini', gemini],
  ['cohere', cohere],
  ['uiMessageStream', uiMessageStream],
  ['answer', answer],
])(
  'JSON of another shape, or nested deeply, sets no prototype and overflows no stack: %s',
  (_, createFold) => {
    const shapes = ['null', '0', '"text"', '[]', '[null]', '{"__proto__":{"polluted":true}}', nested]
    const fields = [
      'type',
      'choices',
      'delta',
      'message',
      'candidates',
      'event_type',
      'response',
      'content_block',
      'error',
    ]
    const hostile = [
      ...shapes,
      ...fields.flatMap((name) => shapes.slice(0, 6).map((shape) => `{"${name}":${shape}}`)),
    ]
    for (const data of hostile) {
      const fold = createFold()
      const message = { type: 'message', data, id: '' }
      try {
        if (!fold.until?.(message, fold.initial(undefined))) fold.add(fold.initial(undefined), message)
      } catch (error) {
        // The stream reports it, and reads on.
        expect(error).toBeInstanceOf(TypeError)
      }
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  },
)

test('arguments that are nested deeply are read or left out, and do not throw', () => {
  expect(() => partialJson(nested)).not.toThrow()
  expect(() => partialJson(`{"a":${'{"a":'.repeat(10_000)}`)).not.toThrow()
})
