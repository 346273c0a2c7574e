import { createFakeServer } from '@headwater/react/testing'
import { act, render, screen } from '@testing-library/react'
import { Price } from './price.jsx'

let server
beforeEach(() => {
  server = createFakeServer()
  globalThis.fetch = server.fetch
})

const text = () => document.body.textContent

test('shows a price', async () => {
  render(<Price />)
  expect(text()).toBe('connecting')
  const request = await server.nextRequest()
  await act(() => request.send('id: 1\ndata: {"symbol":"ÅCME","price":12.5}\n\n'))
  await screen.findByText('ÅCME 12.5')
})

// The connection of the test before would last for another 200 ms.
test('starts without the connection and the data of the test before', async () => {
  render(<Price />)
  expect(text()).toBe('connecting')
  const request = await server.nextRequest()
  expect(request.headers.get('last-event-id')).toBe(null)
  await act(() => request.send('data: {"symbol":"NILE","price":3}\n\n'))
  await screen.findByText('NILE 3')
  expect(server.connections).toBe(1)
})

test('shows a failure', async () => {
  render(<Price />)
  const request = await server.nextRequest()
  await act(() => request.refuse(404, {}, 'No such feed.'))
  await screen.findByText('Failed: 404')
  expect(server.connections).toBe(0)
})
