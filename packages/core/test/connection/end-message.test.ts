import { describe, expect, test } from 'vitest'
import { text } from '../../src/index.ts'
import { createHarness } from './harness.ts'

/** Opens a stream with the fold `text()`, and sends it two messages around the end. */
async function end(data: string) {
  const harness = createHarness({ fold: text() })
  harness.subscribe()
  await harness.clock.advance(0)
  await harness.server.requests[0]!.send(
    `id: 1\ndata: a\n\nevent: headwater.end\nid: 2\ndata: ${data}\n\nid: 3\ndata: b\n\n`,
  )
  await harness.clock.advance(60_000)
  expect(harness.server.requests).toHaveLength(1)
  expect(harness.messages.map(({ data }) => data)).toEqual(['a'])
  return harness.state
}

describe('headwater.end', () => {
  test.each(['{"reason":"done"}', '{"error":null}', 'null', ''])(
    'with the data %j ends the stream, without a request, and is not delivered',
    async (data) => {
      expect(await end(data)).toMatchObject({ status: 'closed', reason: 'ended', lastEventId: '2' })
    },
  )

  test('with an error fails the stream with it', async () => {
    const data = '{"reason":"lost","error":{"code":"lost","message":"Its process was lost."}}'
    const message = expect.stringContaining('process was lost. (lost)')
    expect(await end(data)).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'server', body: data, message },
    })
  })
})
