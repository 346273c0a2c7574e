import { StreamScope } from '@headwater/solid'
import { createFakeClock, createFakeServer } from '@headwater/solid/testing'
import { render, screen } from '@solidjs/testing-library'
import { expect, test } from 'vitest'
import Price from './price'

test('shows the price, the reconnection and the failure', async () => {
  const server = createFakeServer()
  const clock = createFakeClock()
  render(() => (
    <StreamScope defaults={{ fetch: server.fetch, clock, notify: 'sync' }}>
      <Price />
    </StreamScope>
  ))
  const request = await server.nextRequest()
  await request.send('data: 12.50\n\n')
  await screen.findByText('12.50')

  await request.end()
  await screen.findByText('12.50 · reconnecting in 1 s')

  await clock.advance(1_000)
  const second = await server.nextRequest()
  await second.refuse(404)
  expect((await screen.findByRole('alert')).textContent).toContain('404')
})
