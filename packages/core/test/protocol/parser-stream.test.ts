import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/protocol/message.ts'
import { createParserStream } from '../../src/protocol/index.ts'

const encoder = new TextEncoder()

async function readAll(stream: ReadableStream<Message>): Promise<string[]> {
  const data: string[] = []
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) data.push(next.value.data)
  return data
}

function readableFrom<Chunk>(chunks: Chunk[], pulled: Chunk[] = []): ReadableStream<Chunk> {
  let index = 0
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[index++]
        if (chunk === undefined) return controller.close()
        pulled.push(chunk)
        controller.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
}

describe('createParserStream', () => {
  test('turns bytes and text into messages and discards an unfinished message at the end', async () => {
    const chunks = [encoder.encode('data: a\n\nda'), 'ta: b\n\n', encoder.encode('data: c\n')]
    expect(
      await readAll(readableFrom<Uint8Array | string>(chunks).pipeThrough(createParserStream())),
    ).toEqual(['a', 'b'])
  })

  test('transforms the body of a response', async () => {
    const { body } = new Response('\uFEFFdata: grüße\n\nid: 1\ndata: x\n\n')
    expect(await readAll(body!.pipeThrough(createParserStream()))).toEqual(['grüße', 'x'])
  })

  test('passes its options to the parser', async () => {
    const comments: string[] = []
    const retries: number[] = []
    const stream = createParserStream({
      lastEventId: '7',
      onComment: (comment) => comments.push(comment),
      onRetry: (retryMs) => retries.push(retryMs),
    })
    const reader = readableFrom([': hi\nretry: 10\ndata: a\n\n']).pipeThrough(stream).getReader()
    expect(await reader.read()).toEqual({ done: false, value: { type: 'message', data: 'a', id: '7' } })
    expect([comments, retries]).toEqual([['hi'], [10]])
  })

  test('pulls no further chunks while the consumer does not read', async () => {
    const pulled: string[] = []
    const chunks = Array.from({ length: 100 }, (_, index) => `data: ${index}\n\n`)
    const reader = readableFrom(chunks, pulled).pipeThrough(createParserStream()).getReader()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(pulled.length).toBeLessThanOrEqual(2)
    for (let read = 0; read < 10; read++) await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(pulled.length).toBeLessThanOrEqual(12)
  })

  test('delivers earlier messages, then errors, if a message exceeds maxMessageLength', async () => {
    const stream = readableFrom(['data: a\n\n', `data: ${'x'.repeat(100)}\n\n`]).pipeThrough(
      createParserStream({ maxMessageLength: 50 }),
    )
    const reader = stream.getReader()
    expect((await reader.read()).value?.data).toBe('a')
    await expect(reader.read()).rejects.toMatchObject({ name: 'SseError', code: 'message-too-large' })
  })
})
