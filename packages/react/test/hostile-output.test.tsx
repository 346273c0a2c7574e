import { act, render } from '@testing-library/react'
import { expect, test } from 'vitest'
import Answer from '../examples/answer.tsx'
import { StreamScope } from '../src/index.ts'
import { createFakeClock, createFakeServer } from '../src/testing.ts'

const HOSTILE =
  '<img src=x onerror="document.title=1"><script>document.title=1</script>[a](javascript:alert(1))'

test('the text of a model that contains HTML is shown as text', async () => {
  const server = createFakeServer()
  const clock = createFakeClock()
  const { container, unmount } = render(
    <StreamScope defaults={{ fetch: server.fetch, clock, notify: 'sync' }}>
      <Answer question="Why?" />
    </StreamScope>,
  )
  const request = await server.nextRequest()
  await act(() => request.send(`data: ${JSON.stringify({ choices: [{ delta: { content: HOSTILE } }] })}\n\n`))
  expect(container.textContent).toContain(HOSTILE)
  expect(container.querySelector('img, script, a')).toBe(null)
  unmount()
  await act(() => clock.advance(1_000))
})
