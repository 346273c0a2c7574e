import { expect, test } from 'vitest'
import type { Message } from '../../src/protocol/message.ts'
import { createParserStream } from '../../src/protocol/index.ts'

const encoder = new TextEncoder()

async function all(stream: ReadableStream<Message>): Promise<string[]> {
  const data: string[] = []
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) data.push(next.value.data)
  return data
}

function from<Chunk>(chunks: Chunk[], pulled: Chunk[] = []): ReadableStream<Chunk> {
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

test('bytes and text become messages, and the unfinished rest is discarded', async () => {
  const chunks = [encoder.encode('data: a\n\nda'), 'ta: b\n\n', encoder.encode('data: c\n')]
  expect(await all(from<Uint8Array | string>(chunks).pipeThrough(createParserStream()))).toEqual(['a', 'b'])
})

test('the body of a response can be piped through', async () => {
  const { body } = new Response('\uFEFFdata: grüße\n\nid: 1\ndata: x\n\n')
  expect(await all(body!.pipeThrough(createParserStream()))).toEqual(['grüße', 'x'])
})

test('options reach the parser', async () => {
  const comments: string[] = []
  const retries: number[] = []
  const stream = createParserStream({
    lastEventId: '7',
    onComment: (comment) => comments.push(comment),
    onRetry: (retryMs) => retries.push(retryMs),
  })
  const reader = from([': hi\nretry: 10\ndata: a\n\n']).pipeThrough(stream).getReader()
  expect(await reader.read()).toEqual({ done: false, value: { type: 'message', data: 'a', id: '7' } })
  expect([comments, retries]).toEqual([['hi'], [10]])
})

test('while nobody reads, nothing more is pulled', async () => {
  const pulled: string[] = []
  const chunks = Array.from({ length: 100 }, (_, index) => `data: ${index}\n\n`)
  const reader = from(chunks, pulled).pipeThrough(createParserStream()).getReader()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(pulled.length).toBeLessThanOrEqual(2)
  for (let read = 0; read < 10; read++) await reader.read()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(pulled.length).toBeLessThanOrEqual(12)
})

test('a message over the limit errors the stream, behind the messages before it', async () => {
  const stream = from(['data: a\n\n', `data: ${'x'.repeat(100)}\n\n`]).pipeThrough(
    createParserStream({ maxMessageLength: 50 }),
  )
  const reader = stream.getReader()
  expect((await reader.read()).value?.data).toBe('a')
  await expect(reader.read()).rejects.toMatchObject({ name: 'SseError', code: 'message-too-large' })
})
