import { provideStreamScope } from '@headwater/vue'
import { createFakeClock, createFakeServer } from '@headwater/vue/testing'
import { render, screen } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import Price from './price.vue'

test('shows the price, the reconnection and the failure', async () => {
  const server = createFakeServer()
  const clock = createFakeClock()
  const Page = defineComponent(() => {
    provideStreamScope({ fetch: server.fetch, clock, notify: 'sync' })
    return () => h(Price)
  })
  render(Page)

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
