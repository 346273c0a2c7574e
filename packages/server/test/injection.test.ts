import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, encodeEntry, encodeGap, toBytes } from '../src/encode.ts'
import { createChannel, memoryLog } from '../src/index.ts'
import { Client, parse, requestTo, uniqueName } from './harness.ts'

const runs = { numRuns: Number(process.env.HEADWATER_RUNS ?? 2000) }
/** Text with many of the characters that could break a line, a field or a character. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', size: 'medium' }),
  fc
    .array(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '\0',
        '\uD83D',
        '\uDE00',
        '\uFEFF',
        ':',
        ' ',
        'id: 9-9',
        'data',
        'event: x',
        '\u2028',
        'é',
      ),
    )
    .map((parts) => parts.join('')),
)
const utf8 = (text: string) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(toBytes(text))

test('the parser returns each message that publish accepts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(nasty, nasty), { maxLength: 5 }),
      fc.boolean(),
      async (messages, isText) => {
        const channel = createChannel(uniqueName(), { log: memoryLog(), format: isText ? 'text' : 'json' })
        const accepted: { type: string; data: string; id: string }[] = []
        for (const [type, data] of messages) {
          const id = await channel.publish(type, data).catch(() => undefined)
          if (id !== undefined) accepted.push({ type, data, id })
          // JSON can carry all.
          else if (!isText) expect(type).toMatch(/[\r\n\0]|\p{Surrogate}/u)
        }
        const client = await new Client(await channel.respond(requestTo(), { from: 'start' })).readAll()
        const received = client.blocks.map((block) => ({
          ...block,
          data: isText ? block.data : (JSON.parse(block.data) as string),
        }))
        expect(received).toEqual(accepted)
        await channel.close()
      },
    ),
    { numRuns: Math.ceil(runs.numRuns / 10) },
  )
})

test('no entry of a log, even of another program, becomes more than one message or another field', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ event: nasty, data: nasty }), { minLength: 1, maxLength: 4 }),
      (entries) => {
        const text = entries.map((entry, index) => encodeEntry({ ...entry, id: `7-${index}` })).join('')
        const blocks = parse(utf8(text))
        expect(blocks.map(({ id }) => id)).toEqual(entries.map((_, index) => `7-${index}`))
        for (const [index, { event, data }] of entries.entries()) {
          const lines = (value: string) => utf8(value).replaceAll(/\r\n?/g, '\n')
          expect(blocks[index]!.data).toBe(lines(data))
          expect(blocks[index]!.type).toBe(utf8(event.replaceAll(/[\r\n\0]+/g, ' ')))
        }
      },
    ),
    runs,
  )
})

test('an id with line breaks or NUL stays one id', () => {
  fc.assert(
    fc.property(nasty, (id) => {
      const [block, ...rest] = parse(utf8(encodeEntry({ event: 'a', data: 'b', id })))
      expect(rest).toEqual([])
      expect(block).toEqual({ type: 'a', data: 'b', id: utf8(id.replaceAll(/[\r\n\0]+/g, ' ')) })
    }),
    runs,
  )
})

test('a gap repeats whatever position the client has sent, and nothing else', () => {
  fc.assert(
    fc.property(nasty, (from) => {
      const [block, ...rest] = parse(utf8(encodeGap({ from, to: null }, '5-0')))
      expect(rest).toEqual([])
      expect(block).toMatchObject({ type: 'headwater.gap', id: '5-0' })
      expect(JSON.parse(block!.data)).toEqual({ from, to: null })
    }),
    runs,
  )
})

test('a million characters and line breaks come as they are', () => {
  const data = 'é\n'.repeat(500_000)
  expect(parse(utf8(encodeEntry({ event: 'long', data, id: '1-1' })))).toEqual([
    { type: 'long', data, id: '1-1' },
  ])
})

test('chunks are joined without a change, and one chunk is not copied', () => {
  const one = toBytes('a')
  expect(concat([one])).toBe(one)
  expect(String(concat([one, toBytes('é'), toBytes('')]))).toBe('aé')
})
