import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { waitFor } from './harness.ts'

/** Longer than all headers of a request together may be for Node: 16 KiB. */
const LONG_ID = 'x'.repeat(20_000)

test('a stream with an id that Node answers with 431 goes on without the id, and says so once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const ids: (string | undefined)[] = []
  const server = createServer((request, response) => {
    ids.push(request.headers['last-event-id']?.toString())
    response
      .writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' })
      .end(`id: ${LONG_ID}\ndata: ${ids.length}\n\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect((await fetch(origin, { headers: { 'last-event-id': LONG_ID } })).status).toBe(431)

  const stream = createEventStream(origin, { retry: { baseMs: 0 } })
  const data: string[] = []
  stream.onMessage((message) => void data.push(message.data))
  await waitFor('three connections', () => data.length >= 3)
  const { lastEventId } = stream.getSnapshot()
  stream.close()
  server.close()
  server.closeAllConnections()
  expect(data.slice(0, 3)).toEqual(['1', '2', '3'])
  expect(lastEventId).toBe(LONG_ID)
  expect(ids.every((id) => id === undefined)).toBe(true)
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining(`id of ${origin}/ (20000 characters) is not sent`)],
  ])
  warn.mockRestore()
})
