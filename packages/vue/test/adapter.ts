import { render } from '@testing-library/vue'
import type { Adapter, Page as Asks } from 'conformance'
import { createSSRApp, h, nextTick, shallowRef } from 'vue'
import { Page } from './page.ts'

/** How the conformance suite uses Vue. */
export const adapter: Adapter = {
  name: 'Vue',
  folder: import.meta.dirname,
  mount(page) {
    const { container, rerender, unmount } = render(Page, { props: { ...page } })
    return { element: container, update: (next) => void rerender({ asks: [], ...next }), unmount }
  },
  hydrate(page, html) {
    const element = document.createElement('div')
    element.innerHTML = html
    document.body.append(element)
    const shown = shallowRef<Asks>(page)
    const app = createSSRApp(() => h(Page, { ...shown.value }))
    app.mount(element)
    return { element, update: (next) => void (shown.value = next), unmount: () => app.unmount() }
  },
  async act(work) {
    await work()
    await nextTick()
    await nextTick()
  },
}
