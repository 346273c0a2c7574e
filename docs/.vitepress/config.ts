import { readFileSync } from 'node:fs'
import { defineConfig, type DefaultTheme, type HeadConfig } from 'vitepress'
import addresses from '../../addresses.json' with { type: 'json' }
import { accessibleTheme } from './accessible-theme.ts'
import * as chinese from './chinese.ts'
import { linkToRepository } from './links.ts'
import { withoutEmptyHeadings, withoutVueInCode } from './markdown.ts'
import { type Language, referenceSidebarOf, sidebarOf } from './pages.ts'

const { repository, site } = addresses as { repository: string | null; site: string | null }
/** Path of the site on its host. */
const base = process.env['DOCS_BASE'] ?? (site ? `${new URL(site).pathname.replace(/\/$/, '')}/` : '/')
/** Version that is built: `next`, or that of a release. */
const version = process.env['DOCS_VERSION'] ?? 'next'
/** Released versions that have docs, newest first. */
const released: string[] = JSON.parse(readFileSync(new URL('../versions.json', import.meta.url), 'utf8'))

if (version !== 'next' && !site)
  throw new Error('The docs of a version link to the newest ones: set `site` in addresses.json.')
/** Address of the newest docs. Those of a version are in a folder of it, so they need the whole address. */
const newest = version === 'next' ? '' : site
const versionMenu = {
  text: version,
  items: ['next', ...released].map((name) => ({
    text: name,
    link: `${newest}/${name === 'next' ? '' : `${name}/`}`,
    // The other site is loaded: the router of this one does not have its pages.
    target: '_self',
    activeMatch: name === version ? '.*' : '^$',
  })),
}

const words = {
  en: {
    start: 'Quick start',
    guides: 'Guides',
    concepts: 'Concepts',
    servers: 'Servers',
    reference: 'Reference',
    help: 'Troubleshooting',
    edit: 'Edit this page',
  },
  zh: {
    start: '快速上手',
    guides: '指南',
    concepts: '概念',
    servers: '服务器',
    reference: 'API 参考',
    help: '排查问题',
    edit: '编辑此页',
  },
}

function themeOf(language: Language): DefaultTheme.Config {
  const text = words[language]
  const home = language === 'en' ? '/' : '/zh/'
  const section = (text: string, folder: string, page = '') => ({
    text,
    link: `${home}${folder}${page}`,
    activeMatch: `^${home}${folder}`,
  })
  return {
    nav: [
      section(text.start, 'quick-start'),
      section(text.guides, 'guides/', 'authentication'),
      section(text.concepts, 'concepts/', 'states'),
      section(text.servers, 'servers/'),
      section(text.reference, 'reference/'),
      section(text.help, 'troubleshooting/'),
      versionMenu,
    ],
    sidebar: { [`${home}reference/`]: referenceSidebarOf(language), [home]: sidebarOf(language) },
    ...(repository ? { editLink: { pattern: `${repository}/edit/main/docs/:path`, text: text.edit } } : {}),
  }
}

const description = {
  en: 'Server-Sent Events for React, Vue, Svelte, Solid and plain TypeScript: streams that reconnect, resume and say why they failed.',
  zh: '面向 React、Vue、Svelte、Solid 和 TypeScript 的服务器发送事件：断线重连、续传，并说明失败原因。',
}

export default defineConfig({
  base,
  title: 'Headwater',
  titleTemplate: ':title · Headwater',
  cleanUrls: true,
  srcExclude: ['node_modules/**', '.generated/**', 'adr/**'],
  locales: {
    root: { label: 'English', lang: 'en', description: description.en, themeConfig: themeOf('en') },
    zh: {
      ...{ label: '中文', lang: 'zh-CN', link: '/zh/', description: description.zh },
      themeConfig: { ...themeOf('zh'), ...chinese.frame },
    },
  },
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }],
    ['meta', { name: 'theme-color', media: '(prefers-color-scheme: light)', content: '#f3f6f4' }],
    ['meta', { name: 'theme-color', media: '(prefers-color-scheme: dark)', content: '#0b1416' }],
  ],
  ...(site ? { sitemap: { hostname: `${site}/` } } : {}),
  themeConfig: {
    logo: { src: '/favicon.svg', alt: '' },
    outline: [2, 3],
    externalLinkIcon: true,
    ...(repository?.startsWith('https://github.com/')
      ? { socialLinks: [{ icon: 'github', link: repository }] }
      : {}),
    search: {
      provider: 'local',
      options: {
        locales: { zh: { translations: chinese.search } },
        miniSearch: {
          // Chinese has no spaces between words, so each two characters in a row are a term.
          options: { tokenize },
        },
        _render: (source, env, md) => (env.relativePath.startsWith('adr/') ? '' : md.render(source, env)),
      },
    },
  },
  markdown: {
    languageAlias: { caddyfile: 'nginx', haproxy: 'nginx' },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify },
    config(md) {
      linkToRepository(md, repository)
      withoutEmptyHeadings(md)
      withoutVueInCode(md)
    },
  },
  transformHead: ({ pageData }): HeadConfig[] => (site ? alternatesOf(pageData.relativePath) : []),
  vite: {
    plugins: [accessibleTheme()],
    // The indexes of the search, which are loaded with the first search.
    build: { chunkSizeWarningLimit: 2_000 },
    resolve: { conditions: ['@headwater/source'] },
    ssr: { resolve: { conditions: ['@headwater/source'] }, noExternal: [/^@headwater\//, 'demo-shared'] },
  },
})

/** Links to the page itself and to its translation, for search engines. */
function alternatesOf(page: string): HeadConfig[] {
  const english = page.replace(/^zh\//, '')
  const url = (path: string) => `${site}/${path.replace(/(?:index)?\.md$/, '')}`
  return [
    ['link', { rel: 'canonical', href: url(page) }],
    ['link', { rel: 'alternate', hreflang: 'en', href: url(english) }],
    ['link', { rel: 'alternate', hreflang: 'zh-CN', href: url(`zh/${english}`) }],
  ]
}

function tokenize(text: string): string[] {
  return text
    .split(/[\s\p{P}`|=<>]+/u)
    .flatMap((word) =>
      (word.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? []).flatMap((part) =>
        /\p{Script=Han}{3}/u.test(part)
          ? [...part].slice(1).map((character, index) => part[index] + character)
          : [part],
      ),
    )
}

/** Returns the anchor of a heading as GitHub makes it, so that a link works in both places. */
function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
}
