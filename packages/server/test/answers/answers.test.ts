import { describe, expect, test, vi } from 'vitest'
import { createAnswers, memoryAnswers } from '../../src/answers.ts'
import { requestTo, uniqueName } from '../harness.ts'
import { ask, createFake, createModel, post } from './harness.ts'

const DONE = 'headwater.end {"reason":"done"}'
const errorOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('requests', () => {
  test('the first POST runs the producer, and the second one with the same id attaches', async () => {
    const { answers } = createFake()
    const model = createModel()
    const one = await ask(answers, post(), 'a', { run: model.run })
    await model.publish('', 'Hel')
    const two = await ask(answers, post(), 'a', { run: model.run })
    await model.publish('part', { text: 'lo' })
    model.finish()
    await Promise.all([one.readToEnd(), two.readToEnd()])
    expect(one.messages).toEqual([' Hel', 'part {"text":"lo"}', DONE])
    expect(two.messages).toEqual(one.messages)
    expect(model.calls).toBe(1)
    expect(answers.running).toBe(0)
  })

  test('of requests in the same turn, one runs', async () => {
    const { answers } = createFake()
    const model = createModel()
    const requests = Array.from({ length: 10 }, () => ask(answers, post(), 'a', { run: model.run }))
    const clients = await Promise.all(requests)
    await model.publish('', 'x')
    model.finish()
    for (const client of clients) expect((await client.readToEnd()).messages).toEqual([' x', DONE])
    expect(model.calls).toBe(1)
  })

  test('a client that returns is sent what it missed, and the end', async () => {
    const { answers } = createFake()
    const model = createModel()
    await answers.run('a', model.run)
    const id = await model.publish('', 1)
    await model.publish('', 2)
    const running = await ask(answers, requestTo(id), 'a')
    expect(running.messages).toEqual([' 2'])
    expect(running.response.headers.get('sse-resume')).toBe('complete')
    model.finish()
    await running.readToEnd()
    const ended = await ask(answers, requestTo(id), 'a')
    expect(ended.done).toBe(true)
    expect(ended.messages).toEqual([' 2', DONE])
    expect(ended.messages).toEqual(running.messages)
  })

  test('a client that has everything gets 204', async () => {
    const { answers } = createFake()
    await answers.run('a', (publish) => publish('', 1))
    const client = await (await ask(answers, requestTo(), 'a')).readToEnd()
    const response = await answers.respond(requestTo(client.blocks.at(-1)!.id), 'a')
    expect(response.status).toBe(204)
    expect(response.body).toBe(null)
    expect(
      (await answers.respond(post(client.blocks.at(-1)!.id), 'a', { run: createModel().run })).status,
    ).toBe(204)
  })

  test('an answer that nobody reads any more is served in a process that has not seen it', async () => {
    const { answers, clock } = createFake()
    await answers.run('a', (publish) => publish('', 1))
    const { id } = (await (await ask(answers, requestTo(), 'a')).readToEnd()).blocks.at(-1)!
    // The channel is freed.
    await clock.advance(300_000)
    expect((await answers.respond(requestTo(id), 'a')).status).toBe(204)
    expect((await (await ask(answers, requestTo(), 'a')).readToEnd()).messages).toEqual([' 1', DONE])
  })

  test.each(['x', '1-1', '9007199254740991-1'])(
    'a position that is not of the answer (%s) is told a gap',
    async (id) => {
      const { answers } = createFake()
      await answers.run('a', (publish) => publish('', 1))
      const client = await (await ask(answers, requestTo(id), 'a')).readToEnd()
      expect(client.blocks[0]!.type).toBe('headwater.gap')
      expect(client.response.headers.get('sse-resume')).toBe('gap')
    },
  )

  test('a request with a position never runs the producer, not even if the answer has expired', async () => {
    const { answers, clock } = createFake({ expireMs: 60_000 })
    const model = createModel()
    await answers.run('a', (publish) => publish('', 1))
    const { id } = (await (await ask(answers, requestTo(), 'a')).readToEnd()).blocks.at(-1)!
    await clock.advance(59_000)
    expect(await answers.status('a')).toBe('done')
    await clock.advance(61_000)
    expect(await answers.status('a')).toBe(undefined)
    expect((await answers.respond(post(id), 'a', { run: model.run })).status).toBe(404)
    expect((await answers.respond(requestTo(), 'a')).status).toBe(404)
    expect(model.calls).toBe(0)
    const again = await ask(answers, post(), 'a', { run: model.run })
    expect([again.response.status, model.calls]).toEqual([200, 1])
  })

  test('a response to HEAD, or to a preflight, runs nothing', async () => {
    const { answers } = createFake({ cors: { origin: '*' } })
    const model = createModel()
    const send = async (method: string) =>
      await answers.respond(requestTo(undefined, { method, headers: { origin: 'https://a.test' } }), 'a', {
        run: model.run,
      })
    expect((await send('OPTIONS')).status).toBe(204)
    const head = await send('HEAD')
    expect([head.status, head.headers.get('access-control-allow-origin')]).toEqual([404, '*'])
    expect(model.calls).toBe(0)
  })

  test('a store that does not answer is told with 503', async () => {
    const { answers, errors, store } = createFake()
    vi.spyOn(store, 'claim').mockRejectedValue(new Error('down'))
    const response = await answers.respond(post(), 'a', { run: createModel().run })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(errors).toEqual([new Error('down')])
  })
})

describe('access', () => {
  test('is checked for each id and method', async () => {
    const { answers } = createFake<string>({ access: async (user, id) => id.startsWith(`${user}/`) })
    const model = createModel()
    const ada = await ask(answers as never, post(), 'ada/1', { run: model.run, reader: 'ada' })
    expect(ada.response.status).toBe(200)
    for (const request of [requestTo(), post()])
      expect((await answers.respond(request, 'ada/1', { run: model.run, reader: 'bob' })).status).toBe(404)
    expect(await answers.stop('ada/1', { reader: 'bob' })).toBe(false)
    expect(await answers.status('ada/1', { reader: 'bob' })).toBe(undefined)
    expect(await answers.status('ada/1', { reader: 'ada' })).toBe('running')
    expect(await answers.stop('ada/1', { reader: 'ada' })).toBe(true)
    expect((await answers.respond(post(), 'ada/2', { run: model.run, reader: 'bob' })).status).toBe(404)
    expect(model.calls).toBe(1)
    // @ts-expect-error With `access`, a reader is required.
    expect(await errorOf(answers.respond(requestTo(), 'ada/1'))).toMatchObject({
      code: 'reader-required',
    })
  })
})

test('createAnswers with the same name returns the same answers', async () => {
  const name = uniqueName()
  const answers = createAnswers(name, { store: memoryAnswers() })
  expect(createAnswers(name, { store: memoryAnswers() })).toBe(answers)
  expect(() => createAnswers(uniqueName(), {} as never)).toThrow('store')
  expect(() => createAnswers(uniqueName(), { store: memoryAnswers(), leaseMs: 10 })).toThrow('leaseMs')
  expect(() => createAnswers(uniqueName(), { store: memoryAnswers(), lease: 10 } as never)).toThrow('leaseMs')
  await answers.close()
})
