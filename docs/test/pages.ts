import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const docs = new URL('..', import.meta.url)

/** A page that is written by hand. */
export interface SourcePage {
  readonly path: string
  readonly frontmatter: ReadonlyMap<string, string>
  /** Levels of its headings, in order. */
  readonly headings: readonly number[]
  /** Its blocks of code, without comments and labels. */
  readonly blocks: readonly string[]
}

/** Returns the pages of a language that are written by hand, by their path in its folder. */
export function pagesOf(language: 'en' | 'zh'): ReadonlyMap<string, SourcePage> {
  const folder = fileURLToPath(new URL(language === 'en' ? '.' : 'zh/', docs))
  const exclude = ['zh/**', 'adr/**', 'reference/**', 'node_modules/**', '.*/**']
  const paths = globSync('**/*.md', { cwd: folder, exclude }).map((path) => path.replaceAll('\\', '/'))
  return new Map(paths.toSorted().map((path) => [path, read(folder, path)]))
}

/** Returns the policy of a language without its title, which the page about security includes. */
const policyOf = (language: string): string =>
  readFileSync(new URL(language === 'en' ? '../SECURITY.md' : '../SECURITY.zh-CN.md', docs), 'utf8').replace(
    /^# .*\n/,
    '',
  )

const FENCE = /^( *)(`{3,})(.*)\n([\s\S]*?)^\1\2`*$/gm

function read(folder: string, path: string): SourcePage {
  const text = readFileSync(`${folder}/${path}`, 'utf8')
    .replaceAll('\r\n', '\n')
    .replace(/<!--@include: \S*\/(en|zh)\/security.md-->/, (_, language: string) => policyOf(language))
  const [, head = '', body = ''] = text.match(/^---\n([\s\S]*?)^---\n([\s\S]*)$/m) ?? []
  const lines = [...head.matchAll(/^(\w+): *(.*)$/gm)]
  const headings = [...body.replaceAll(FENCE, '').matchAll(/^(#+) /gm)]
  return {
    path,
    frontmatter: new Map(lines.map(([, name = '', value = '']) => [name, value])),
    headings: headings.map(([, marks = '']) => marks.length),
    blocks: [...body.matchAll(FENCE)].map(([, , , info = '', code = '']) => normalize(info, code)),
  }
}

/** Removes what a translation changes in code: comments, and texts in the other script. */
function normalize(info: string, code: string): string {
  const [, language = ''] = info.match(/^(\S*)/) ?? []
  const plain = code
    .replaceAll(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)(?:\/\/|#(?= )|--(?= )|;(?= )).*$/gm, '')
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{2,}/g, '\n')
  return `${language}\n${plain.trim()}`
}

/**
 * Returns the code of a page and of its translation as they must be equal: in a line whose translation has Chinese text, without the
 * text of strings and of elements.
 */
export function comparable(page: SourcePage, translation: SourcePage): readonly [string[], string[]] {
  const lines = ({ blocks }: SourcePage) => blocks.flatMap((block) => block.split('\n'))
  const [original, translated] = [lines(page), lines(translation)]
  const isChinese = (index: number) => /\p{Script=Han}/u.test(translated[index] ?? '')
  const compare = (all: string[]) => all.map((line, index) => (isChinese(index) ? withoutTexts(line) : line))
  return [compare(original), compare(translated)]
}

/** Removes the text of strings and elements. The expressions in it may have another order. */
const withoutTexts = (line: string): string =>
  line
    .replaceAll(/`((?:[^`$]|\$\{[^}]*\}|\$)*)`/g, (_, text: string) => `\`${expressionsOf(text)}\``)
    .replaceAll(/'[^']*'|"[^"]*"/g, "''")
    .replaceAll(/(?<=>|^)[^<>]*(?=<|$)/g, expressionsOf)

const expressionsOf = (text: string): string =>
  text
    .match(/\$?\{[^}]*\}/g)
    ?.toSorted()
    .join('') ?? ''
