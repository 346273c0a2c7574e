import { act, render } from '@testing-library/react'
import type { Adapter } from 'conformance'
import { Page } from './page.tsx'

/** Runs the conformance suite on React. */
export const adapter: Adapter = {
  name: 'React',
  url: import.meta.url,
  mount(page) {
    const { container, rerender, unmount } = render(<Page {...page} />)
    return { element: container, update: (next) => rerender(<Page {...next} />), unmount }
  },
  hydrate(page, html) {
    const container = document.createElement('div')
    container.innerHTML = html
    document.body.append(container)
    const { rerender, unmount } = render(<Page {...page} />, { container, hydrate: true })
    return { element: container, update: (next) => rerender(<Page {...next} />), unmount }
  },
  act: async (work) => act(async () => void (await work())),
}
