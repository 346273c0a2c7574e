#!/usr/bin/env node
// node site/check.mjs: checks the built site. Links lead to pages, files and anchors that exist; each page has its own title, a
// description, one heading of level 1 and unique ids; and nothing is loaded from another host.
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../.vitepress/dist', import.meta.url))
const versions = JSON.parse(readFileSync(new URL('../versions.json', import.meta.url), 'utf8'))
const base = process.env['DOCS_BASE'] ?? '/'
const all = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found)
const decode = (text) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"')

const problems = []
const pages = new Map()
for (const path of globSync('**/*.html', { cwd: dist }).sort()) {
  const html = readFileSync(join(dist, path), 'utf8')
  pages.set(path.replaceAll('\\', '/'), { html, ids: all(html, /\sid="([^"]+)"/g).map(decode) })
}

/** Returns the page that a path of the site shows, or `undefined`. */
function pageAt(path) {
  const name = decodeURIComponent(path).slice(base.length)
  const candidates = name === '' || name.endsWith('/') ? [`${name}index.html`] : [`${name}.html`, name]
  return candidates.find((candidate) => pages.has(candidate))
}

const isFile = (path) => statSync(join(dist, path.slice(base.length)), { throwIfNoEntry: false })?.isFile()

function checkLink(from, href) {
  const url = new URL(href, `https://site.invalid${base}${from}`)
  if (url.origin !== 'https://site.invalid') return
  // Another version, which is built by itself.
  if (versions.some((version) => url.pathname.startsWith(`${base}${version}/`))) return
  if (!url.pathname.startsWith(base)) return `links to ${href}, outside of ${base}`
  const page = pageAt(url.pathname)
  if (!page) return isFile(url.pathname) ? undefined : `links to ${href}, which does not exist`
  const anchor = decodeURIComponent(url.hash.slice(1))
  if (anchor && !pages.get(page).ids.includes(anchor)) return `links to ${href}, which has no such anchor`
  return undefined
}

const titles = new Map()
let links = 0
for (const [path, { html, ids }] of pages) {
  const report = (problem) => problems.push(`${path} ${problem}`)
  for (const href of new Set(all(html, /<a\s[^>]*?href="([^"]*)"/g).map(decode))) {
    links++
    const problem = checkLink(path, href)
    if (problem) report(problem)
  }
  for (const [index, id] of ids.entries()) if (ids.indexOf(id) !== index) report(`has the id "${id}" twice`)
  for (const source of all(html, /<(?:script|img|link|source|iframe)\s[^>]*?(?:src|href)="(https?:[^"]+)"/g))
    if (!/rel="(?:canonical|alternate)"/.test(html.slice(html.indexOf(source) - 80, html.indexOf(source))))
      report(`loads ${source}`)
  if (path === '404.html') continue
  const language = path.startsWith('zh/') ? 'zh-CN' : 'en'
  const [title] = all(html, /<title>([^<]*)<\/title>/g)
  if (!title) report('has no title')
  else if (titles.has(language + title))
    report(`has the title "${title}", as ${titles.get(language + title)} has`)
  titles.set(language + title, path)
  if (!all(html, /<meta name="description" content="([^"]+)"/g)[0]) report('has no description')
  if (all(html, /<(h1)[\s>]/g).length !== 1) report('does not have one heading of level 1')
  if (!html.includes(`<html lang="${language}"`)) report(`is not in the language ${language}`)
}
for (const path of globSync('assets/*.css', { cwd: dist }))
  for (const url of all(readFileSync(join(dist, path), 'utf8'), /(?:@import\s+|url\()["']?(https?:[^"')]+)/g))
    problems.push(`${path} loads ${url}`)

console.log(
  problems.length > 0
    ? [...new Set(problems)].join('\n')
    : `${pages.size} pages with ${links} links. Every link leads somewhere, and nothing comes from another host.`,
)
if (pages.size === 0) console.log('The site is not built. Run `pnpm --filter docs build`.')
process.exitCode = problems.length > 0 || pages.size === 0 ? 1 : 0
