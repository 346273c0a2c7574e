import type { Page as Asks } from 'conformance'
import { readable } from 'svelte/store'
import { render as renderPage } from 'svelte/server'
import Hydrated from './hydrated.svelte'

export const render = (page: Asks): string => renderPage(Hydrated, { props: { shown: readable(page) } }).body
