import { render } from '@testing-library/svelte'
import type { Adapter, Page as PageProps } from 'conformance'
import * as Svelte from 'svelte'
import { writable } from 'svelte/store'
import Hydrated from './hydrated.svelte'
import Page from './page.svelte'
import Store from './store.svelte'

type Options = Parameters<typeof Svelte.hydrate>[1]

/** Returns an adapter that runs the conformance suite on Svelte. `component` renders a view, by default with a store. */
export function createAdapter(name: string, component = Store): Adapter {
  return {
    name,
    url: import.meta.url,
    serverProps: { runes: component !== Store },
    mount(page) {
      const { container, rerender, unmount } = render(Page, { ...page, component })
      return { element: container, update: (next) => void rerender({ views: [], ...next }), unmount }
    },
    hydrate(page, html) {
      const target = document.createElement('div')
      target.innerHTML = html
      document.body.append(target)
      const pageProps = writable<PageProps>({ ...page, ...{ component } })
      const unmount = hydrate({ target, props: { pageProps } })
      return { element: target, update: (next) => pageProps.set({ ...next, ...{ component } }), unmount }
    },
    async act(work) {
      await work()
      await Svelte.tick()
      await Svelte.tick()
    },
  }
}

/** Hydrates the page and returns its unmount function. Svelte 4 has a constructor instead of `hydrate`. */
function hydrate(options: Options): () => void {
  if ('hydrate' in Svelte) {
    const app = Svelte.hydrate(Hydrated, options)
    return () => void Svelte.unmount(app)
  }
  const Component = Hydrated as unknown as new (options: object) => { $destroy(): void }
  const app = new Component({ ...(options as object), hydrate: true })
  return () => app.$destroy()
}
