import type { Page as Asks } from 'conformance'
import { VERSION } from 'svelte/compiler'
import { readable } from 'svelte/store'
import Hydrated from './hydrated.svelte'
import Store from './store.svelte'

/** What Svelte 4 compiles for a server. */
interface Renderable {
  render(props: object): { html: string }
}

export async function render({ runes, ...page }: Asks & { runes?: boolean }): Promise<string> {
  const view = runes ? (await import('./runes.svelte')).default : Store
  const props = { shown: readable({ ...page, view }) }
  if (VERSION.startsWith('4.')) return (Hydrated as unknown as Renderable).render(props).html
  const { renderPage } = await import('./server-5.ts')
  return renderPage(props)
}
