import { render } from '@testing-library/svelte'
import { createHarness, testConformance } from 'conformance'
import { tick } from 'svelte'
import { expect, test } from 'vitest'
import { createEventSource } from '../src/runes.ts'
import { createAdapter } from './adapter.ts'
import Page from './page.svelte'
import Runes from './runes.svelte'

const adapter = createAdapter('Svelte runes', Runes)
const harness = createHarness(adapter)

testConformance(adapter)

test('runes and stores on one page share one connection', async () => {
  const first = render(Page, { views: [harness.view()], component: Runes })
  const second = render(Page, { views: [harness.view()] })
  await tick()
  await harness.send(await harness.nextRequest(), 'data: a\n\n')
  await tick()
  expect(first.container.textContent).toContain('open a')
  expect(second.container.textContent).toContain('open a')
  expect(harness.server.requests).toHaveLength(1)
  first.unmount()
  second.unmount()
  await harness.advance(1_000)
  expect(harness.server.connections).toBe(0)
})

test('reading outside an effect opens no connection', async () => {
  const price = createEventSource('https://example.com/', {
    clock: harness.clock,
    fetch: harness.server.fetch,
  })
  expect(price.status).toBe('idle')
  expect(Object.keys(price)).toContain('data')
  await harness.advance(1_000)
  expect(harness.server.requests).toHaveLength(0)
})
