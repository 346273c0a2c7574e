import { render } from '@testing-library/vue'
import type { Adapter, Page as PageProps } from 'conformance'
import { createSSRApp, h, nextTick, shallowRef } from 'vue'
import { Page } from './page.ts'

/** Runs the conformance suite on Vue. */
export const adapter: Adapter = {
  name: 'Vue',
  url: import.meta.url,
  mount(page) {
    const { container, rerender, unmount } = render(Page, { props: { ...page } })
    return { element: container, update: (next) => void rerender({ views: [], ...next }), unmount }
  },
  hydrate(page, html) {
    const element = document.createElement('div')
    element.innerHTML = html
    document.body.append(element)
    const props = shallowRef<PageProps>(page)
    const app = createSSRApp(() => h(Page, { ...props.value }))
    app.mount(element)
    return { element, update: (next) => void (props.value = next), unmount: () => app.unmount() }
  },
  async act(work) {
    await work()
    await nextTick()
    await nextTick()
  },
}
