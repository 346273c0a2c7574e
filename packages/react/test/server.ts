import type { Page as PageProps } from 'conformance'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { Page } from './page.tsx'

export const render = (page: PageProps): string => renderToString(createElement(Page, page))
