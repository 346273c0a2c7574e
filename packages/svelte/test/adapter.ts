import { render } from '@testing-library/svelte'
import type { Adapter, Page as Asks } from 'conformance'
import * as Svelte from 'svelte'
import { writable } from 'svelte/store'
import Hydrated from './hydrated.svelte'
import Page from './page.svelte'
import Store from './store.svelte'

type Options = Parameters<typeof Svelte.hydrate>[1]

/** How the conformance suite uses Svelte, with a component that shows a stream in one of the two ways. */
export function createAdapter(name: string, view = Store): Adapter {
  return {
    name,
    folder: import.meta.dirname,
    props: { runes: view !== Store },
    mount(page) {
      const { container, rerender, unmount } = render(Page, { ...page, view })
      return { element: container, update: (next) => void rerender({ asks: [], ...next }), unmount }
    },
    hydrate(page, html) {
      const target = document.createElement('div')
      target.innerHTML = html
      document.body.append(target)
      const shown = writable<Asks>({ ...page, ...{ view } })
      const unmount = hydrate({ target, props: { shown } })
      return { element: target, update: (next) => shown.set({ ...next, ...{ view } }), unmount }
    },
    async act(work) {
      await work()
      await Svelte.tick()
      await Svelte.tick()
    },
  }
}

/** Svelte 4 hydrates with a constructor. */
function hydrate(options: Options): () => void {
  if ('hydrate' in Svelte) {
    const app = Svelte.hydrate(Hydrated, options)
    return () => void Svelte.unmount(app)
  }
  const Component = Hydrated as unknown as new (options: object) => { $destroy(): void }
  const app = new Component({ ...(options as object), hydrate: true })
  return () => app.$destroy()
}
