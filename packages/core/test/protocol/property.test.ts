import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyMessage, type Message } from '../../src/protocol/message.ts'
import { createParser } from '../../src/protocol/parser.ts'
import { collect } from './collect.ts'
import { decode, type Outcome, reference } from './reference.ts'
import { type ChunkedStream, chunkedStreams } from './stream-arbitrary.ts'

/** Number of streams over all tests of this file. `HEADWATER_STREAMS=1000000` takes about two minutes. */
const STREAMS = Number(process.env['HEADWATER_STREAMS'] ?? 50_000)

/** Replays a failure: a failed test prints its seed and path. Run that test alone with `-t`. */
const { HEADWATER_SEED: seed, HEADWATER_PATH: path } = process.env
const replay = { ...(seed && { seed: Number(seed) }), ...(path && { path }) }

/** Checks a property for a share of all streams. Fails, too, if the streams have fewer messages than one each. */
function check(
  streams: fc.Arbitrary<ChunkedStream>,
  share: number,
  property: (stream: ChunkedStream) => Outcome,
): void {
  const numRuns = Math.ceil(STREAMS * share)
  let messages = 0
  fc.assert(
    fc.property(streams, (stream) => void (messages += property(stream).messages.length)),
    { numRuns, ...replay },
  )
  if (!path) expect(messages).toBeGreaterThan(numRuns)
}

/** Checks a property for pairs of streams, which together are a share of all streams. */
function checkPairs(share: number, property: (one: ChunkedStream, other: ChunkedStream) => void): void {
  const streams = chunkedStreams({ form: 'mixed', long: true })
  fc.assert(fc.property(streams, streams, property), { numRuns: Math.ceil((STREAMS * share) / 2), ...replay })
}

/** Compares two values and returns the first. Calls `expect`, which is slow, only if they differ. */
function expectEqual<Value>(actual: Value, expected: Value): Value {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected)
  return actual
}

describe('the parser', { timeout: 30_000 + STREAMS }, () => {
  test('reads any bytes in any chunks as the reference does', () => {
    check(chunkedStreams({ form: 'bytes' }), 0.26, ({ chunks }) =>
      expectEqual(collect(chunks), reference(decode(chunks))),
    )
  })

  test('reads any text in any chunks as the reference does', () => {
    check(chunkedStreams({ form: 'text' }), 0.24, ({ chunks }) =>
      expectEqual(collect(chunks), reference(decode(chunks))),
    )
  })

  test('reads any mix of bytes and text as the reference does', () => {
    check(chunkedStreams({ form: 'mixed' }), 0.26, ({ chunks }) =>
      expectEqual(collect(chunks), reference(decode(chunks))),
    )
  })

  test('reads long streams in small and large chunks as the reference does', () => {
    check(chunkedStreams({ form: 'mixed', long: true }), 0.03, ({ chunks }) =>
      expectEqual(collect(chunks), reference(decode(chunks))),
    )
  })

  test('reads a stream after reset() like a new parser', () => {
    checkPairs(0.06, (one, other) => {
      const messages: Message[] = []
      const parser = createParser({ onMessage: (message) => messages.push(message) })
      for (const chunk of one.chunks) parser.feed(chunk)
      parser.reset('')
      messages.length = 0
      for (const chunk of other.chunks) parser.feed(chunk)
      expectEqual(messages, reference(decode(other.chunks)).messages)
    })
  })

  test('reads a stream independently of another parser that reads in turns with it', () => {
    checkPairs(0.06, (one, other) => {
      const streams = [one, other].map(({ chunks }) => {
        const messages: Message[] = []
        return { chunks, messages, parser: createParser({ onMessage: (message) => messages.push(message) }) }
      })
      for (let index = 0; index < Math.max(one.chunks.length, other.chunks.length); index++)
        for (const { chunks, parser } of streams) if (index < chunks.length) parser.feed(chunks[index]!)
      for (const { chunks, messages } of streams) expectEqual(messages, reference(decode(chunks)).messages)
    })
  })

  test('delivers the same messages without listeners for comments and retry', () => {
    check(chunkedStreams({ form: 'mixed' }), 0.05, ({ chunks }) =>
      expectEqual(collect(chunks, { onComment: undefined, onRetry: undefined }), {
        ...reference(decode(chunks)),
        comments: [],
        retries: [],
      }),
    )
  })

  test('uses the given id and the given type until the stream sets its own', () => {
    const initial = { lastEventId: '41', defaultType: '' }
    check(chunkedStreams({ form: 'mixed' }), 0.02, ({ chunks }) =>
      expectEqual(collect(chunks, initial), reference(decode(chunks), initial)),
    )
  })

  test('delivers messages that equal their copies', () => {
    check(chunkedStreams({ form: 'mixed' }), 0.02, ({ chunks }) => {
      const outcome = collect(chunks)
      expectEqual(outcome.messages.map(copyMessage), outcome.messages)
      return outcome
    })
  })
})
