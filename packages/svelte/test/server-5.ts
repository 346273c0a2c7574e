import { render } from 'svelte/server'
import Hydrated from './hydrated.svelte'

/** In a file of its own, for Svelte 4 has no such module. */
export const renderPage = (props: object): string => render(Hydrated, { props }).body
