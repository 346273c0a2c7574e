import { describe, expect, test, vi } from 'vitest'
import { PublishError, ServerError } from '../../src/index.ts'
import { Client, requestTo, settle } from '../harness.ts'
import { ask, createFake, createModel, post } from './harness.ts'

const DONE = 'headwater.end {"reason":"done"}'
const errorOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

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

  test('is no gap for readers while it is being written again', async () => {
    const { answers, clock, store } = createFake()
    const model = createModel()
    const client = await ask(answers, post(), 'a', { run: model.run })
    const id = await model.publish('', 1)
    await model.publish('', 2)
    await client.readAll()
    const half = { entries: [], head: id, ended: false, leaseMs: 10_000 }
    const read = vi.spyOn(store, 'read').mockResolvedValue(half)
    await model.publish('', 3)
    await client.readAll()
    expect(read).toHaveBeenCalled()
    read.mockRestore()
    model.finish()
    await clock.advance(2_000)
    await client.readToEnd()
    expect(client.messages).toEqual([' 1', ' 2', ' 3', DONE])
  })

  test('is not written again after the lease', async () => {
    const { answers, clock, errors, store } = createFake()
    const model = createModel()
    await answers.run('a', model.run)
    await model.publish('', 1)
    await store.close()
    clock.jump(10_000)
    expect(await errorOf(model.publish('', 2))).toMatchObject({ code: 'not-appended' })
    expect(await answers.status('a')).toBe(undefined)
    expect(errors).toHaveLength(1)
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
