import type { Page as PageProps } from 'conformance'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { Page } from './page.ts'

export const render = (page: PageProps): Promise<string> => renderToString(createSSRApp(Page, { ...page }))
