import { expect, test } from 'vitest'
import { chatRequest } from '../../src/llm/chat-request.ts'

test('the body of a request to a model is the whole JSON', async () => {
  const { body } = chatRequest({ model: 'a-model', messages: [{ role: 'user', content: '你好' }] })
  const blob = (await (body as () => Promise<Blob>)()) as Blob
  expect(blob.type).toBe('application/json')
  expect(JSON.parse(await blob.text())).toMatchObject({
    model: 'a-model',
    messages: [{ content: '你好' }],
  })
})
