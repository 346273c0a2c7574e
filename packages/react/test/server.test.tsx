// @vitest-environment node
import { createFakeClock, createFakeServer } from '@headwater/core/testing'
import { type ReactNode, Suspense } from 'react'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { useEventSource } from '../src/index.ts'

test('server rendering, as a string or a stream, opens no connection and shares no data between requests', async () => {
  const clock = createFakeClock()
  const server = createFakeServer()
  function View({ name }: { name: string }): ReactNode {
    const { status, data } = useEventSource('https://example.com/prices', {
      clock,
      fetch: server.fetch,
      initialData: name,
    })
    return <p>{`${status} ${data}`}</p>
  }
  expect(renderToString(<View name="one" />)).toContain('idle one')
  expect(renderToString(<View name="two" />)).toContain('idle two')

  const chunks: string[] = []
  await new Promise<void>((resolve) => {
    const output = new Writable({
      write: (chunk, _, done) => {
        chunks.push(String(chunk))
        done()
      },
    })
    output.on('finish', resolve)
    const { pipe } = renderToPipeableStream(
      <Suspense fallback="loading">
        <View name="three" />
      </Suspense>,
      { onAllReady: () => pipe(output) },
    )
  })
  expect(chunks.join('')).toContain('idle three')
  await clock.advance(10_000)
  expect([server.requests.length, clock.timers]).toEqual([0, 0])
})
