import { StreamScope } from '@headwater/react'
import { createFakeClock, createFakeServer } from '@headwater/react/testing'
import { act, render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import Price from './price'

test('shows the price, the reconnection and the failure', async () => {
  const server = createFakeServer()
  const clock = createFakeClock()
  render(
    <StreamScope defaults={{ fetch: server.fetch, clock, notify: 'sync' }}>
      <Price />
    </StreamScope>,
  )
  const request = await server.nextRequest()
  await act(() => request.send('data: 12.50\n\n'))
  expect(screen.getByText('12.50')).toBeTruthy()

  await act(() => request.end())
  expect(screen.getByText('12.50 · reconnecting in 1 s')).toBeTruthy()

  await act(() => clock.advance(1_000))
  const second = await server.nextRequest()
  await act(() => second.refuse(404))
  expect(screen.getByRole('alert').textContent).toContain('404')
})
