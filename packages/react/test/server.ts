import type { Page as Asks } from 'conformance'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { Page } from './page.tsx'

export const render = (page: Asks): string => renderToString(createElement(Page, page))
