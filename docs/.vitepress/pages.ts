import { existsSync, readFileSync } from 'node:fs'
import { entries } from '../site/entries.mjs'

interface Group {
  readonly title: { readonly en: string; readonly zh: string }
  readonly folder: string
  /** Names of the pages, in order. */
  readonly pages: readonly string[]
}

/** All pages that are written by hand, in the order of the sidebar. */
export const groups: readonly Group[] = [
  {
    title: { en: 'Introduction', zh: '入门' },
    folder: '',
    pages: ['why', 'quick-start', 'comparison', 'benchmarks'],
  },
  {
    title: { en: 'Guides', zh: '指南' },
    folder: 'guides/',
    pages: [
      ...['authentication', 'llm-chat', 'live-table', 'notifications'],
      ...['server-rendering', 'testing', 'error-handling'],
    ],
  },
  {
    title: { en: 'Concepts', zh: '概念' },
    folder: 'concepts/',
    pages: ['states', 'resume', 'retry', 'silence', 'folds', 'sharing', 'tabs', 'faults'],
  },
  { title: { en: 'Servers', zh: '服务器' }, folder: 'servers/', pages: ['index', 'protocol'] },
  {
    title: { en: 'Migrating', zh: '迁移' },
    folder: 'migrate/',
    pages: [
      ...['index', 'event-source', 'eventsource', 'event-source-polyfill', 'fetch-event-source'],
      ...['eventsource-client', 'sse-js', 'vueuse'],
    ],
  },
  {
    title: { en: 'Troubleshooting', zh: '排查问题' },
    folder: 'troubleshooting/',
    pages: [
      ...['index', 'buffering', 'waiting', 'seventh-tab', 'post-sent-twice'],
      ...['proxies', 'compression', 'http2', 'service-workers', 'react-native'],
    ],
  },
  {
    title: { en: 'Errors', zh: '错误' },
    folder: 'errors/',
    pages: [
      ...['index', 'invalid-option', 'option-failed', 'network', 'ended', 'status', 'content-type'],
      ...['redirect', 'connect-timeout', 'idle-timeout', 'message-too-large', 'invalid-message', 'server'],
    ],
  },
  { title: { en: 'Project', zh: '项目' }, folder: '', pages: ['security', 'changelog'] },
]

export type Language = 'en' | 'zh'
const prefixes = { en: '', zh: 'zh/' }

/** Returns the title of a page, or `undefined` if there is no such page. */
function titleOf(path: string): string | undefined {
  const file = new URL(`../${path}.md`, import.meta.url)
  if (!existsSync(file)) return undefined
  const [, title] = readFileSync(file, 'utf8').match(/^title: (.+)$/m) ?? []
  return title?.replaceAll(/^['"]|['"]$/g, '')
}

/** Returns the sidebar of a language, with the titles that the pages have. */
export function sidebarOf(language: Language) {
  const prefix = prefixes[language]
  return groups
    .map(({ title, folder, pages }) => ({
      text: title[language],
      collapsed: !['', 'guides/', 'concepts/'].includes(folder),
      items: pages.flatMap((page) => {
        const path = prefix + folder + page
        const text = titleOf(path)
        return text ? [{ text, link: `/${path.replace(/index$/, '')}` }] : []
      }),
    }))
    .filter(({ items }) => items.length > 0)
}

/** Returns the sidebar of the reference: a group for each package, with its entries. */
export function referenceSidebarOf(language: Language) {
  const folder = `/${prefixes[language]}reference/`
  return [...new Set(entries.map((entry) => entry.package))].map((name) => ({
    text: `@headwater/${name}`,
    items: entries
      .filter((entry) => entry.package === name)
      .map((entry) => ({ text: entry.name, link: folder + entry.page.replace(/index$/, '') })),
  }))
}
