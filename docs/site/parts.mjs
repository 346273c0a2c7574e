// Writes the parts that pages include: sections and tables of the READMEs and of bench/README.md, SECURITY.md, and the changelog. So a
// figure or a sentence has one place.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedPackages } from '../../scripts/published.mjs'
import { readBlock, tableMarkdown, tablesOf } from '../../scripts/readme/document.mjs'
import { changelog } from './changelog.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = join(root, 'docs/.generated')
const read = (path) => readFileSync(join(root, path), 'utf8')
const chineseWords = JSON.parse(read('docs/site/chinese-tables.json'))

/** Start and target of a relative link. */
const LINK = /(\]\(|^\[[^\]]+\]: +)(?![a-z][a-z\d+.-]*:|#)([^)\s]+)/gm

/** Returns a text from the root of the repository with its links as a page at the top of a language's folder needs them. */
const relink = (text, language) =>
  text.replaceAll(LINK, (_, start, target) => {
    const page = target.startsWith('docs/') && target.slice('docs/'.length)
    if (language === 'en') return start + (page || `../${target}`)
    const isTranslated = page && existsSync(join(root, 'docs/zh', page.replace(/#.*/, '')))
    return (
      start +
      (page ? page.replace(/^zh\//, '') : `../../${target}`).replace(
        /^/,
        page && !page.startsWith('zh/') && !isTranslated ? '../' : '',
      )
    )
  })

/** Returns the text below a heading of level 2. */
function section(document, heading) {
  const [, text] = document.split(new RegExp(`^## ${heading}$`, 'm'))
  if (!text) throw new Error(`There is no heading "## ${heading}".`)
  return text.split(/^## /m)[0].trim()
}

function inChinese(text) {
  if (/^[\d.,~× -]*$/.test(text) || text in chineseWords.names) return chineseWords.names[text] ?? text
  if (/^[@\w./`’ -]+$/.test(text) && chineseWords.asTheyAre.includes(text)) return text
  throw new Error(`docs/site/chinese-tables.json has no Chinese for "${text}". Add it.`)
}

/** Returns the command and the machine of a benchmark, and its tables. */
function benchmark(name, language) {
  const block = readBlock(read('bench/README.md'), name)
  const [about] = block.split('\n\n')
  const tables = tablesOf(block).map(({ head, rows }) =>
    language === 'en'
      ? tableMarkdown(head, rows)
      : tableMarkdown(
          head.map(inChinese),
          rows.map(([first, ...rest]) => [inChinese(first), ...rest.map(inChinese)]),
        ),
  )
  return { about: language === 'en' ? about : aboutInChinese(about), tables }
}

function aboutInChinese(about) {
  const [, command, place, machine, rest] =
    about.replaceAll('\n', ' ').match(/^Command: (`[^`]+`), in (\S+(?: [\d.]+)?), on ([^.]+)\. (.*)$/) ?? []
  if (!command) throw new Error(`"${about}" has another form than expected.`)
  const peers = rest
    .replace(/^Peers: /, '')
    .replace(/ The packages and the page are production builds\.$/, '')
    .replace(/\.$/, '')
  return `命令：${command}；环境：${place}，${machine}；版本：${peers.replaceAll(', ', '、')}。`
}

/** Tables of the benchmarks that the site shows: the section, and the numbers of its tables. */
const BENCHMARKS = { client: [0, 1, 2], views: [0, 1], server: [0, 1, 2] }

function partsOf(language) {
  const readme = read(language === 'en' ? 'README.md' : 'README.zh-CN.md')
  const parts = {
    beside: section(readme, language === 'en' ? 'Beside other libraries' : '与其他库的关系'),
    'size-line': readBlock(readme, 'size-line'),
    sizes: readBlock(readme, 'sizes'),
    comparison: readBlock(readme, 'comparison'),
    parser: readBlock(readme, 'parser'),
    changelog: changelog(root, publishedPackages(root), language),
    security: read(language === 'en' ? 'SECURITY.md' : 'SECURITY.zh-CN.md').replace(/^# .*\n/, ''),
  }
  for (const [name, numbers] of Object.entries(BENCHMARKS)) {
    const { about, tables } = benchmark(name, language)
    parts[name] = about
    for (const [place, number] of numbers.entries()) parts[`${name}-${place + 1}`] = tables[number]
  }
  return parts
}

/** Writes the parts of both languages to `docs/.generated`. */
export function writeParts() {
  for (const language of ['en', 'zh']) {
    rmSync(join(out, language), { recursive: true, force: true })
    mkdirSync(join(out, language), { recursive: true })
    for (const [name, text] of Object.entries(partsOf(language)))
      writeFileSync(join(out, language, `${name}.md`), `${relink(text, language).trim()}\n`)
  }
}
