import { describe, expect, test, vi } from 'vitest'
import { createAnswers, memoryAnswers } from '../../src/answers.ts'
import { PublishError, ServerError } from '../../src/index.ts'
import { Client, requestTo, settle, uniqueName } from '../harness.ts'
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

describe('the producer', () => {
  test('goes on when the reader leaves', async () => {
    const { answers } = createFake()
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    await model.publish('', 1)
    await client.cancel()
    await settle()
    expect(model.signal.aborted).toBe(false)
    await model.publish('', 2)
    model.finish()
    expect((await (await ask(answers, requestTo(), 'a')).readToEnd()).messages).toEqual([' 1', ' 2', DONE])
  })

  test('is stopped by stop, and readers are told', async () => {
    const { answers, clock } = createFake()
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    await model.publish('', 1)
    expect(await answers.stop('a')).toBe(true)
    expect(model.signal.aborted).toBe(false)
    await clock.advance(500)
    expect(model.signal.aborted).toBe(true)
    expect(await errorOf(model.publish('', 2))).toBeInstanceOf(PublishError)
    await client.readToEnd()
    expect(client.messages).toEqual([' 1', 'headwater.end {"reason":"stopped"}'])
    expect(await answers.status('a')).toBe('stopped')
    expect(await answers.stop('a')).toBe(false)
    expect(await answers.stop('b')).toBe(false)
  })

  test('that throws makes the answer fail, without telling readers why', async () => {
    const { answers, errors } = createFake()
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    void model.publish('', 1)
    model.fail(new Error('secret'))
    await client.readToEnd()
    expect(client.messages[0]).toBe(' 1')
    expect(JSON.parse(client.blocks[1]!.data)).toMatchObject({ reason: 'failed', error: { code: 'failed' } })
    expect(client.text).not.toContain('secret')
    expect(errors).toEqual([new Error('secret')])
    expect(await answers.status('a')).toBe('failed')
  })

  test('that returns after the last publish without awaiting it loses nothing', async () => {
    const { answers } = createFake()
    await answers.run('a', async (publish) => {
      for (let n = 0; n < 1000; n++) void publish('', n)
    })
    const { messages } = await (await ask(answers, requestTo(), 'a')).readToEnd()
    expect(messages).toEqual([...Array.from({ length: 1000 }, (_, n) => ` ${n}`), DONE])
  })

  test.each([
    ['that cannot be sent', 'a\rb'],
    ['beyond maxLength', 'x'.repeat(101)],
    ['that is not JSON', undefined],
  ])('that publishes data %s fails', async (_, data) => {
    const { answers, errors } = createFake({ maxLength: 100 })
    await answers.run('a', async (publish) => void publish('', data))
    await (await ask(answers, requestTo(), 'a')).readToEnd()
    expect(await answers.status('a')).toBe('failed')
    expect(errors).toHaveLength(1)
  })

  test('cannot end the answer by itself, or tell a gap', async () => {
    const { answers } = createFake()
    const model = createModel()
    await answers.run('a', model.run)
    expect(await errorOf(model.publish('headwater.end', 'x'))).toBeInstanceOf(ServerError)
  })

  test('is not run if the id is not one', async () => {
    const { answers } = createFake()
    for (const id of ['', 'x'.repeat(257), '\uD800', undefined as never]) {
      expect(await errorOf(answers.run(id, createModel().run))).toBeInstanceOf(ServerError)
      expect((await answers.respond(requestTo(), id)).status).toBe(404)
    }
  })
})

describe('the lease', () => {
  test('is renewed while the producer is silent', async () => {
    const { answers, clock } = createFake()
    const model = createModel()
    await answers.run('a', model.run)
    await clock.advance(600_000)
    await model.publish('', 1)
    model.finish()
    expect((await (await ask(answers, requestTo(), 'a')).readToEnd()).messages).toEqual([' 1', DONE])
  })

  test('that has run out is told to readers, and the producer cannot append any more', async () => {
    const { answers, clock, errors } = createFake({ leaseMs: 4_000 })
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    await model.publish('', 1)
    // The process is suspended: the time goes on, and its timers do not fire.
    clock.jump(4_000)
    const other = await ask(answers, requestTo(), 'a')
    expect(other.messages).toEqual([' 1', expect.stringContaining('"reason":"lost","error":{"code":"lost"')])
    expect(other.done).toBe(true)
    expect(await errorOf(model.publish('', 2))).toMatchObject({ code: 'not-appended' })
    expect(model.signal.aborted).toBe(true)
    expect(errors).toHaveLength(1)
    expect((await client.readToEnd()).messages).toEqual(other.messages)
    expect(await answers.status('a')).toBe('lost')
    const again = await ask(answers, post(), 'a', { run: model.run })
    expect([again.messages, model.calls]).toEqual([other.messages, 1])
  })

  test('that runs out while readers are connected is told to them at once', async () => {
    const { answers, clock, store } = createFake({ leaseMs: 4_000 })
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    // The process of the producer cannot reach the store any more.
    vi.spyOn(store, 'write').mockRejectedValue(new Error('down'))
    const start = clock.now()
    await clock.advance(3_900)
    expect(model.signal.aborted).toBe(false)
    await clock.advance(200)
    expect(model.signal.aborted).toBe(true)
    await client.readToEnd()
    expect(JSON.parse(client.blocks[0]!.data)).toMatchObject({ reason: 'lost' })
    expect(clock.now() - start).toBeLessThan(4_200)
  })
})

describe('what a store has lost', () => {
  test('is written again by the producer, under the same ids', async () => {
    const { answers, clock, errors, store } = createFake()
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    const ids = [await model.publish('', 1), await model.publish('', 2)]
    await client.readAll()
    await store.close()
    await clock.advance(500)
    ids.push(await model.publish('', 3))
    model.finish()
    await clock.advance(10_000)
    await client.readToEnd()
    expect(client.messages).toEqual([' 1', ' 2', ' 3', DONE])
    expect(client.blocks.slice(0, 3).map(({ id }) => id)).toEqual(ids)
    expect(errors).toEqual([])
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
    expect(await errorOf(answers.respond(requestTo(), 'ada/1', {} as never))).toMatchObject({
      code: 'reader-required',
    })
  })
})

describe('close', () => {
  test('sends readers away at once, and waits for the producers', async () => {
    const { answers, clock } = createFake()
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    const closed = answers.close()
    await client.readToEnd()
    expect(client.messages).toEqual([])
    expect(model.signal.aborted).toBe(false)
    expect(await errorOf(answers.run('b', model.run))).toBeInstanceOf(PublishError)
    await model.publish('', 1)
    await clock.advance(29_000)
    expect(answers.running).toBe(1)
    model.finish()
    await closed
    expect(answers.running).toBe(0)
  })

  test('ends producers that take too long as lost', async () => {
    const { answers, clock } = createFake()
    const model = createModel()
    await answers.run('a', model.run)
    const closed = answers.close({ graceMs: 5_000 })
    await clock.advance(5_000)
    expect(model.signal.aborted).toBe(true)
    await closed
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

test('waitUntil is given the promise of a running answer', async () => {
  const promises: Promise<void>[] = []
  const { answers } = createFake({ waitUntil: (promise) => void promises.push(promise) })
  const model = createModel()
  const client = new Client(await answers.respond(post(), 'a', { run: model.run }))
  model.finish()
  await Promise.all(promises)
  expect(promises).toHaveLength(1)
  await client.readToEnd()
})
