import { render } from '@solidjs/testing-library'
import type { Adapter, Page as Asks } from 'conformance'
import { createSignal } from 'solid-js'
import { hydrate } from 'solid-js/web'
import { Page } from './page.tsx'

/** How the conformance suite uses Solid. */
export const adapter: Adapter = {
  name: 'Solid',
  folder: import.meta.dirname,
  mount(page) {
    const [shown, setShown] = createSignal<Asks>(page)
    const { container, unmount } = render(() => <Page {...shown()} />)
    return { element: container, update: setShown, unmount }
  },
  hydrate(page, html) {
    const element = document.createElement('div')
    element.innerHTML = html
    document.body.append(element)
    // What the page's head sets up for hydration.
    Object.assign(globalThis, { _$HY: { events: [], completed: new WeakSet(), r: {} } })
    const [shown, setShown] = createSignal<Asks>(page)
    const unmount = hydrate(() => <Page {...shown()} />, element)
    return { element, update: setShown, unmount }
  },
  act: async (work) => void (await work()),
}
