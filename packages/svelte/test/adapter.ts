import { render } from '@testing-library/svelte'
import type { Adapter, Mounted, Page as Asks } from 'conformance'
import { hydrate, tick, unmount } from 'svelte'
import { writable } from 'svelte/store'
import Hydrated from './hydrated.svelte'
import Page from './page.svelte'

/** One of the two ways to read a stream in Svelte. */
export function createAdapter(name: string, runes: boolean): Adapter {
  return {
    name,
    folder: import.meta.dirname,
    props: { runes },
    mount(page) {
      const { container, rerender, unmount } = render(Page, { ...page, runes })
      return { element: container, update: (next) => void rerender({ asks: [], ...next }), unmount }
    },
    hydrate(page, html): Mounted {
      const element = document.createElement('div')
      element.innerHTML = html
      document.body.append(element)
      const shown = writable<Asks>({ ...page, ...{ runes } })
      const app = hydrate(Hydrated, { target: element, props: { shown } })
      return {
        element,
        update: (next) => shown.set({ ...next, ...{ runes } }),
        unmount: () => void unmount(app),
      }
    },
    async act(work) {
      await work()
      await tick()
      await tick()
    },
  }
}
