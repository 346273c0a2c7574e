import type { ServerResponse } from 'node:http'
import { createEventStream } from '@headwater/core'
import { chatRequest, openai } from '@headwater/core/llm'
import { expect, test } from 'vitest'
import { createAnswers, memoryAnswers } from '../../src/answers.ts'
import { serve, uniqueName } from '../harness.ts'
import { createModel, until } from './harness.ts'

const part = (content: string) => ({
  id: 'x',
  object: 'chat.completion.chunk',
  model: 'm',
  choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }],
})

/** Serves answers, and reads one with the fold of a vendor. */
async function start() {
  const answers = createAnswers(uniqueName(), {
    store: memoryAnswers(),
    retryMs: 1,
    onError: () => undefined,
  })
  const model = createModel()
  const responses: ServerResponse[] = []
  const url = await serve((request, response) => {
    responses.push(response)
    void answers.handle(request, response, 'a', { run: model.run })
  })
  const continuity: string[] = []
  const stream = createEventStream(url, {
    ...chatRequest({ messages: [] }),
    idempotent: true,
    fold: openai(),
    retry: { baseMs: 1 },
    onReconnect: (event) => void continuity.push(event.continuity),
  })
  const leave = stream.subscribe(() => undefined)
  await until(() => model.calls)
  await model.publish('', part('Hel'))
  await until(() => stream.getSnapshot().data?.text === 'Hel')
  const end = async () => {
    await until(() => stream.getSnapshot().status === 'closed')
    leave()
    await answers.close()
    return stream.getSnapshot()
  }
  return { model, responses, continuity, end }
}

test("the stream of a vendor is relayed to core's fold, over a lost connection, and ends with its own last message", async () => {
  const { model, responses, continuity, end } = await start()
  responses.at(-1)!.destroy()
  await model.publish('', part('lo'))
  await model.publish('', '[DONE]')
  model.finish()
  const snapshot = await end()
  expect(snapshot).toMatchObject({ reason: 'ended', data: { text: 'Hello' } })
  expect([continuity.at(-1), model.calls, responses.length]).toEqual(['resumed', 1, 2])
})

test('a stream without a last message of its own ends with the answer, without another request', async () => {
  const { model, responses, end } = await start()
  model.finish()
  expect(await end()).toMatchObject({ reason: 'ended', data: { text: 'Hel' } })
  expect(responses).toHaveLength(1)
})

test('an answer that fails makes the stream fail, and keeps its text', async () => {
  const { model, end } = await start()
  model.fail(new Error('x'))
  const error = { code: 'server', message: expect.stringContaining('could not finish') }
  expect(await end()).toMatchObject({ reason: 'failed', error, data: { text: 'Hel' } })
})
