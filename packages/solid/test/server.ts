import type { Page as PageProps } from 'conformance'
import { createComponent, renderToString } from 'solid-js/web'
import { Page } from './page.tsx'

export const render = (page: PageProps): string => renderToString(() => createComponent(Page, page))
