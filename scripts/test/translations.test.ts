import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const docs = join(import.meta.dirname, '../../docs')
const generated = ['adr/**', 'reference/**', 'zh/**', 'node_modules/**']
const english = globSync('**/*.md', { cwd: docs, exclude: generated }).sort()
const chinese = globSync('**/*.md', { cwd: join(docs, 'zh'), exclude: ['reference/**'] }).sort()

/** Returns the code blocks of a page. */
function blocksOf(path: string): { readonly language: string; readonly lines: string[] }[] {
  const text = readFileSync(join(docs, path), 'utf8')
  return [...text.matchAll(/^ *```(.*)\n([\s\S]*?)^ *```$/gm)].map(([, language = '', code = '']) => ({
    language,
    lines: code.split('\n'),
  }))
}

const isChinese = (line: string) => /\p{Script=Han}/u.test(line)

test('each page of the docs is there in both languages', () => {
  expect(chinese).toEqual(english)
})

/** True for a page that is translated here, but whose original is a file elsewhere. */
const isIncluded = (path: string) =>
  readFileSync(join(docs, path), 'utf8').includes('@include') &&
  !readFileSync(join(docs, 'zh', path), 'utf8').includes('@include')

describe.each(english.filter((path) => chinese.includes(path) && !isIncluded(path)))('%s', (path) => {
  test('has the same code in Chinese, except for comments and texts', () => {
    const translated = blocksOf(`zh/${path}`)
    const original = blocksOf(path).map(({ language, lines }, index) => ({
      language,
      lines: lines.map((line, at) => {
        const other = translated[index]?.lines[at] ?? ''
        return isChinese(other) ? other : line
      }),
    }))
    expect(translated).toEqual(original)
  })

  test('has the same tables in Chinese, with the same numbers', () => {
    const tables = (page: string) =>
      [...readFileSync(join(docs, page), 'utf8').matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => ({
        rows: table.split('\n').length,
        numbers: table.match(/(?<=\| *)[\d.,]+(?= *\|)/g),
      }))
    expect(tables(`zh/${path}`)).toEqual(tables(path))
  })

  test('has the same headings in Chinese', () => {
    const levels = (page: string) =>
      readFileSync(join(docs, page), 'utf8')
        .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
        .match(/^#+(?= )/gm)
    expect(levels(`zh/${path}`)).toEqual(levels(path))
  })
})
