import type { Page as PageProps } from 'conformance'
import { VERSION } from 'svelte/compiler'
import { readable } from 'svelte/store'
import Hydrated from './hydrated.svelte'
import Store from './store.svelte'

/** A component that Svelte 4 has compiled for the server. */
interface ServerComponent {
  render(props: object): { html: string }
}

export async function render({ runes, ...page }: PageProps & { runes?: boolean }): Promise<string> {
  const component = runes ? (await import('./runes.svelte')).default : Store
  const props = { pageProps: readable({ ...page, component }) }
  if (VERSION.startsWith('4.')) return (Hydrated as unknown as ServerComponent).render(props).html
  const { renderPage } = await import('./server-5.ts')
  return renderPage(props)
}
