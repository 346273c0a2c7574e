import { expect, onTestFinished, test } from 'vitest'
import { startLoopbackServer } from '../../../conformance/src/remote-server.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'

test('a stream is open with the headers of the response, and in Firefox with the first byte of its body', async () => {
  const server = await startLoopbackServer(true)
  const stream = createEventStream(server.url)
  onTestFinished(async () => {
    stream.close()
    await server.close()
  })
  stream.subscribe(() => undefined)
  await expect.poll(() => server.connections).toBe(1)
  if (navigator.userAgent.includes('Firefox')) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(stream.getSnapshot().status).toBe('connecting')
    server.publish('a')
  }
  await expect.poll(() => stream.getSnapshot().status).toBe('open')
})
