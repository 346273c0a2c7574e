import { array, assert, asyncProperty, integer, nat, record } from 'fast-check'
import { expect, test } from 'vitest'
import { createEventStream, type SseError } from '../../src/index.ts'
import { type Answer, answer, chatRequest, type openai, type ToolCallPart } from '../../src/llm/index.ts'
import { createParser } from '../../src/protocol/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { type Expected, readRecordings } from './recordings.ts'

const recordings = readRecordings()
const title = recordings.length > 0 ? '' : ' (skipped: ../shared/recordings is not there)'

/**
 * Short recordings are cut in two at each byte, and the messages of the others at some. With `HEADWATER_EVERY_BYTE=1` all are cut at
 * each, but for two messages of more than 100 kB, and it takes minutes.
 */
const EVERY_BYTE = process.env['HEADWATER_EVERY_BYTE'] === '1'

const stepOf = (message: number, recording: number) => {
  if (EVERY_BYTE) return message < 100_000 ? 1 : Math.ceil(message / 1_000)
  return recording < 8_000 ? 1 : Math.ceil(message / 20)
}

/** Reads chunks to the end of the response. Returns the last snapshot. */
async function read(createFold: typeof openai, chunks: readonly Uint8Array[]) {
  const clock = createFakeClock()
  const server = createFakeServer()
  const options = { ...chatRequest({}), clock, fetch: server.fetch, fold: createFold() }
  const stream = createEventStream('https://example.com/', options)
  stream.subscribe(() => {})
  const request = await server.nextRequest()
  for (const chunk of chunks) if (stream.getSnapshot().status !== 'closed') await request.send(chunk)
  if (request.open) await request.end()
  return stream.getSnapshot()
}

/** Picks the fields that are compared, in the words of the expected answer. Where it accepts two values, the one that is there. */
function toComparable(
  { text, reasoning, refusal, toolCalls, finish, usage, parts }: Answer,
  expected: Expected,
) {
  const count = (type: string) => parts.filter((part) => part.type === type).length
  const calls = parts.filter(
    (part): part is ToolCallPart => part.type === 'tool-call' && part.by === 'client',
  )
  const { inputTokensAlso, outputTokensAlso } = expected.usage ?? {}
  const accept = (
    value: number | undefined,
    also: number | undefined,
    name: 'inputTokens' | 'outputTokens',
  ) => (value === also ? expected.usage?.[name] : value)
  return {
    text: text === expected.textAlso ? expected.text : text,
    reasoning,
    refusal,
    toolCalls: toolCalls.map(({ id, name, arguments: json }) => ({ id, name, arguments: json })),
    finishReason: finish?.raw,
    ...(expected.parts && { parts: { text: count('text'), reasoning: count('reasoning') } }),
    ...(expected.clientCalls && { clientCalls: calls.map((call) => ({ type: call.kind, id: call.id })) }),
    usage: usage && {
      inputTokens: accept(usage.input, inputTokensAlso, 'inputTokens'),
      outputTokens: accept(usage.output, outputTokensAlso, 'outputTokens'),
      ...('cachedInputTokens' in expected.usage! && { cachedInputTokens: usage.cached }),
      ...('cacheWriteTokens' in expected.usage! && { cacheWriteTokens: usage.cacheWrite }),
      ...('reasoningTokens' in expected.usage! && { reasoningTokens: usage.reasoning }),
      raw: usage.raw,
    },
  }
}

function expectedOf({ usage, ...expected }: Expected) {
  const { text, reasoning, refusal, toolCalls, finishReason, parts, clientCalls } = expected
  const { inputTokensAlso: _, outputTokensAlso: __, ...counts } = usage ?? {}
  return {
    ...{
      text,
      reasoning,
      refusal,
      toolCalls,
      finishReason,
      ...(parts && { parts }),
      ...(clientCalls && { clientCalls }),
    },
    usage: usage && counts,
  }
}

const judged = recordings.filter(({ expected }) => !expected.unjudged)

test.skipIf(recordings.length === 0)(
  `there are 201 recordings, of which 198 have a right answer${title}`,
  () => {
    expect([recordings.length, judged.length]).toEqual([201, 198])
  },
)

test.each(
  judged.flatMap((each) => [
    { ...each, name: 'its own fold' },
    { ...each, name: 'answer()', createFold: answer },
  ]),
)('the answer equals that of the vendor: $file, with $name', async ({ createFold, expected, bytes }) => {
  const snapshot = await read(createFold, [bytes()])
  expect(toComparable(snapshot.data, expected)).toEqual(expectedOf(expected))
  expect(snapshot.status).toBe('closed')
  const { error } = snapshot as { error?: SseError }
  // A response without an end marker and without a reason may have been cut off.
  expect(error?.code).toBe(
    expected.error ? 'server' : snapshot.data.finish || bytesEndWithDone(bytes()) ? undefined : 'ended',
  )
  for (const part of snapshot.data.parts)
    if (part.type === 'tool-call' && part.kind === 'function')
      expect(part).toMatchObject({ done: true, json: expect.anything() as unknown })
  expect(new Set(snapshot.data.parts.map(({ key }) => key)).size).toBe(snapshot.data.parts.length)
})

const bytesEndWithDone = (bytes: Uint8Array) =>
  new TextDecoder().decode(bytes.subarray(-20)).includes('[DONE]')

test.each(recordings.filter(({ expected }) => expected.unjudged))(
  'fails where the vendor throws: $file',
  async ({ createFold, bytes }) => {
    const snapshot = await read(createFold, [bytes()])
    expect(snapshot).toMatchObject({ reason: 'failed', error: { code: 'server' } })
  },
)

/** Returns the messages of a response that comes in these chunks. */
function parse(chunks: Iterable<Uint8Array>): string {
  const messages: string[] = []
  const parser = createParser({ onMessage: ({ type, data }) => void messages.push(type, data) })
  for (const chunk of chunks) parser.feed(chunk)
  return JSON.stringify(messages)
}

function* eachByte(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1)
}

/** Splits a response after each message. */
function blocksOf(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = []
  let start = 0
  for (let at = 1; at <= bytes.length; at++) {
    const isEnd =
      bytes[at - 1] === 10 && (bytes[at - 2] === 10 || (bytes[at - 2] === 13 && bytes[at - 3] === 10))
    if (isEnd || at === bytes.length) {
      blocks.push(bytes.subarray(start, at))
      start = at
    }
  }
  return blocks
}

test.skipIf(recordings.length === 0)(
  `no cut of a byte changes a message, and so an answer${title}`,
  () => {
    for (const { file, bytes } of recordings) {
      const all = bytes()
      const blocks = blocksOf(all)
      expect(parse(eachByte(all)) === parse([all])).toBe(true)
      expect(blocks.reduce((sum, { length }) => sum + length, 0)).toBe(all.length)
      for (const [index, block] of blocks.entries()) {
        // A parser has no memory of what came before the last message.
        const [before, after] = [blocks[index - 1] ?? new Uint8Array(), blocks[index + 1] ?? new Uint8Array()]
        const whole = parse([before, block, after])
        const step = stepOf(block.length, all.length)
        for (let at = index % step; at <= block.length; at += step)
          if (parse([before, block.subarray(0, at), block.subarray(at), after]) !== whole)
            expect({ file, index, at }).toBe('a cut that changes nothing')
      }
    }
  },
  600_000,
)

test.skipIf(recordings.length === 0)(
  `gives the same answer byte by byte${title}`,
  async () => {
    for (const { file, createFold, bytes } of recordings) {
      const all = bytes()
      if (all.length > 4_000) continue
      const [whole, slow] = await Promise.all([read(createFold, [all]), read(createFold, [...eachByte(all)])])
      expect({ file, answer: slow.data }).toEqual({ file, answer: whole.data })
    }
  },
  60_000,
)

test.skipIf(recordings.length === 0)(
  `gives the same answer for random chunks${title}`,
  async () => {
    const some = record({
      index: nat(recordings.length - 1),
      sizes: array(integer({ min: 1, max: 4_000 }), { minLength: 1 }),
    })
    await assert(
      asyncProperty(some, async ({ index, sizes }) => {
        const { createFold, bytes } = recordings[index]!
        const all = bytes()
        const chunks: Uint8Array[] = []
        for (let at = 0; at < all.length;) {
          const size = Math.max(sizes[chunks.length % sizes.length]!, all.length / 500)
          chunks.push(all.subarray(at, (at += size)))
        }
        expect((await read(createFold, chunks)).data).toEqual((await read(createFold, [all])).data)
      }),
      { numRuns: 60 },
    )
  },
  60_000,
)
