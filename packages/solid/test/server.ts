import type { Page as Asks } from 'conformance'
import { createComponent, renderToString } from 'solid-js/web'
import { Page } from './page.tsx'

export const render = (page: Asks): string => renderToString(() => createComponent(Page, page))
