import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/options.ts'
import { createHarness, type Harness, type HarnessOptions } from './harness.ts'

async function start(options: HarnessOptions = {}): Promise<Harness> {
  const harness = createHarness({ url: 'https://example.com/news?token=secret', retry: () => 1, ...options })
  harness.subscribe()
  await harness.clock.advance(0)
  return harness
}

/** Waits until the latest attempt has failed. Returns the time that it took, in milliseconds, and the error. */
async function measureAttempt({ clock, stream }: Harness) {
  const begin = clock.now()
  while (stream.getSnapshot().status !== 'waiting') await clock.advance(1_000)
  const snapshot = stream.getSnapshot()
  const ms = clock.now() - begin
  await clock.advance(snapshot.status === 'waiting' ? snapshot.delayMs : 0)
  return { ms, error: snapshot.status === 'waiting' ? snapshot.error : undefined }
}

describe('an attempt without a response', () => {
  test('has twice the time of the one before, up to 5 min', async () => {
    const harness = await start()
    const limits: number[] = []
    for (let attempt = 0; attempt < 6; attempt++) limits.push((await measureAttempt(harness)).ms)
    expect(limits).toEqual([20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  })

  test.each([
    [3_000, [3_000, 6_000]],
    [400_000, [400_000, 400_000]],
  ])('follows a given limit of %i ms', async (connectTimeoutMs, expected) => {
    const harness = await start({ connectTimeoutMs })
    const limits = [(await measureAttempt(harness)).ms, (await measureAttempt(harness)).ms]
    expect(limits).toEqual(expected)
  })

  test('keeps the longer time after a success, and loses it when the network fails', async () => {
    const harness = await start()
    await measureAttempt(harness)
    await harness.server.requests[1]!.send('data: x\n\n')
    await harness.server.requests[1]!.end()
    await harness.clock.advance(200)
    expect((await measureAttempt(harness)).ms).toBe(40_000)
    await harness.server.requests[3]!.fail()
    await harness.clock.advance(200)
    expect((await measureAttempt(harness)).ms).toBe(20_000)
  })

  test('fails with an error that names the URL, the time, buffering and the limit of connections', async () => {
    const { error } = await measureAttempt(await start())
    for (const text of ['https://example.com/news?token=…', ' 20 s ', 'connectTimeoutMs', 'proxy', 'six'])
      expect(error?.message).toContain(text)
    expect(error?.message).not.toContain('secret')
  })
})

describe('a connection that stops in the middle of a message', () => {
  test('is ended after 20 s once; the next one has the ordinary limit', async () => {
    const harness = await start()
    await harness.server.requests[0]!.send('data: a\n\ndata: b')
    const { ms, error } = await measureAttempt(harness)
    expect(ms).toBe(20_000)
    expect(error?.message).toMatch(/20 s in the middle of a message/)
    await harness.server.requests[1]!.send('data: b\n\ndata: c')
    expect((await measureAttempt(harness)).ms).toBe(300_000)
  })

  test('is ended after 20 s again, if it had brought no message or if the last loss was another', async () => {
    const harness = await start()
    await harness.server.requests[0]!.send('data: b')
    await measureAttempt(harness)
    await harness.server.requests[1]!.send('data: a\n\ndata: b')
    expect((await measureAttempt(harness)).ms).toBe(20_000)
    await harness.server.requests[2]!.send('data: b\n\n')
    await harness.server.requests[2]!.fail()
    await harness.clock.advance(200)
    await harness.server.requests[3]!.send('data: a\n\ndata: b')
    expect((await measureAttempt(harness)).ms).toBe(20_000)
  })
})

describe('a stream with three pauses in a row in the middle of a message', () => {
  async function sendPieces(pieces: string[]) {
    const steps: Step[] = []
    const harness = await start({ inspect: (step) => void steps.push(step) })
    for (const piece of pieces) {
      await harness.server.requests[0]!.send(piece)
      await harness.clock.advance(2_000)
    }
    await harness.server.requests[0]!.send('data: half')
    return { harness, hints: steps.flatMap(({ hint, event }) => (hint ? [[hint, event.type]] : [])) }
  }

  test('is reported once as buffered, and has the ordinary limit', async () => {
    const { harness, hints } = await sendPieces(Array.from({ length: 9 }, () => 'data: x\n\ndata: '))
    expect(hints).toEqual([['buffered-by-proxy', 'received']])
    expect((await measureAttempt(harness)).ms).toBe(300_000)
  })

  test('is not reported if a pause between them was after a message', async () => {
    const { harness, hints } = await sendPieces([
      'data: ',
      'x\n\ndata: ',
      'x\n\n',
      'data: ',
      'x\n\ndata: ',
      'x\n\n',
    ])
    expect(hints).toEqual([])
    expect((await measureAttempt(harness)).ms).toBe(20_000)
  })
})
