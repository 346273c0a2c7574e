// @vitest-environment node
import { createFakeClock, createFakeServer } from '@headwater/core/testing'
import { createSSRApp, defineComponent, effectScope, h, onServerPrefetch, Suspense } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { expect, test } from 'vitest'
import { useSSE } from '../src/index.ts'

const url = 'https://example.com/prices'
const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

test('a server connects nothing: not for a component, not for a store, not for one that waits', async () => {
  const clock = createFakeClock()
  const server = createFakeServer()
  const options = (initialData: string) => ({ clock, fetch: server.fetch, initialData })
  const store = effectScope(true)

  const View = defineComponent({
    props: { name: { type: String, required: true } },
    async setup({ name }) {
      const own = useSSE(url, options(name))
      const shared = store.run(() => useSSE(url, options('store')))!
      onServerPrefetch(pause)
      await pause()
      return () => h('p', `${own.status.value} ${own.data.value} ${shared.status.value} ${shared.data.value}`)
    },
  })
  const render = (name: string) =>
    renderToString(createSSRApp(() => h(Suspense, null, () => h(View, { name }))))

  // Two requests at once: neither sees anything of the other.
  const [one, two] = await Promise.all([render('one'), render('two')])
  expect(one).toContain('idle one idle store')
  expect(two).toContain('idle two idle store')
  await pause()
  expect([server.requests.length, clock.timers]).toEqual([0, 0])
  store.stop()
})
