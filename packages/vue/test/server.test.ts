// @vitest-environment node
import { createFakeClock, createFakeServer } from '@headwater/core/testing'
import { createSSRApp, defineComponent, effectScope, h, onServerPrefetch, Suspense } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { expect, test } from 'vitest'
import { useSSE } from '../src/index.ts'

const url = 'https://example.com/prices'
const delay = () => new Promise((resolve) => setTimeout(resolve, 20))

test('server rendering opens no connection for a component, a store or an async setup', async () => {
  const clock = createFakeClock()
  const server = createFakeServer()
  const options = (initialData: string) => ({ clock, fetch: server.fetch, initialData })
  const store = effectScope(true)

  const View = defineComponent({
    props: { name: { type: String, required: true } },
    async setup({ name }) {
      const own = useSSE(url, options(name))
      const shared = store.run(() => useSSE(url, options('store')))!
      onServerPrefetch(delay)
      await delay()
      return () => h('p', `${own.status.value} ${own.data.value} ${shared.status.value} ${shared.data.value}`)
    },
  })
  const render = (name: string) =>
    renderToString(createSSRApp(() => h(Suspense, null, () => h(View, { name }))))

  // Two concurrent requests must not see each other's data.
  const [one, two] = await Promise.all([render('one'), render('two')])
  expect(one).toContain('idle one idle store')
  expect(two).toContain('idle two idle store')
  await delay()
  expect([server.requests.length, clock.timers]).toEqual([0, 0])
  store.stop()
})
