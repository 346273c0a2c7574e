import { render } from '@testing-library/svelte'
import { setStage, tellStory } from 'conformance'
import { tick } from 'svelte'
import { expect, test } from 'vitest'
import { createEventSource } from '../src/runes.ts'
import { createAdapter } from './adapter.ts'
import Page from './page.svelte'
import Runes from './runes.svelte'

const adapter = createAdapter('Svelte runes', Runes)
const stage = setStage(adapter)

tellStory(adapter)

test('runes and stores in one page share one connection', async () => {
  const first = render(Page, { asks: [stage.ask()], view: Runes })
  const second = render(Page, { asks: [stage.ask()] })
  await tick()
  await stage.send(await stage.next(), 'data: a\n\n')
  await tick()
  expect(first.container.textContent).toContain('open a')
  expect(second.container.textContent).toContain('open a')
  expect(stage.server.requests).toHaveLength(1)
  first.unmount()
  second.unmount()
  await stage.advance(1_000)
  expect(stage.server.connections).toBe(0)
})

test('a reactive object that nobody watches connects nothing', async () => {
  const price = createEventSource('https://example.com/', { clock: stage.clock, fetch: stage.server.fetch })
  expect(price.status).toBe('idle')
  expect(Object.keys(price)).toContain('data')
  await stage.advance(1_000)
  expect(stage.server.requests).toHaveLength(0)
})
