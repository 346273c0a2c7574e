import type { Page as Asks } from 'conformance'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { Page } from './page.ts'

export const render = (page: Asks): Promise<string> => renderToString(createSSRApp(Page, { ...page }))
