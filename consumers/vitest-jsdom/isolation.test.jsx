import { createFakeServer, resetStreams } from '@headwater/react/testing'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import Price from './price.tsx'

// `afterEach` is no global here, so nothing is cleaned up by itself.
afterEach(() => {
  cleanup()
  resetStreams()
})

let server
beforeEach(() => {
  server = createFakeServer()
  globalThis.fetch = server.fetch
})

// The connection of a test would last for another 200 ms, and the next one would show its price.
test.each(['12.5', '3'])(
  'starts without the connection and the data of the test before: %s',
  async (price) => {
    render(<Price />)
    expect(document.body.textContent).toBe('No price yet')
    const request = await server.nextRequest()
    expect(request.headers.get('last-event-id')).toBe(null)
    await act(() => request.send(`id: ${price}\ndata: ${price}\n\n`))
    await screen.findByText(price)
    expect(server.connections).toBe(1)
  },
)
