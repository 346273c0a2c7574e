import { render } from '@solidjs/testing-library'
import type { Adapter, Page as PageProps } from 'conformance'
import { createSignal } from 'solid-js'
import { hydrate } from 'solid-js/web'
import { Page } from './page.tsx'

/** Runs the conformance suite on Solid. */
export const adapter: Adapter = {
  name: 'Solid',
  url: import.meta.url,
  mount(page) {
    const [props, setProps] = createSignal<PageProps>(page)
    const { container, unmount } = render(() => <Page {...props()} />)
    return { element: container, update: setProps, unmount }
  },
  hydrate(page, html) {
    const element = document.createElement('div')
    element.innerHTML = html
    document.body.append(element)
    // Stands in for Solid's hydration script in the page's head.
    Object.assign(globalThis, { _$HY: { events: [], completed: new WeakSet(), r: {} } })
    const [props, setProps] = createSignal<PageProps>(page)
    const unmount = hydrate(() => <Page {...props()} />, element)
    return { element, update: setProps, unmount }
  },
  act: async (work) => void (await work()),
}
