import { render } from 'svelte/server'
import Hydrated from './hydrated.svelte'

/** In its own file, because Svelte 4 has no `svelte/server` module. */
export const renderPage = (props: object): string => render(Hydrated, { props }).body
