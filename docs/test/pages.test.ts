import { describe, expect, test } from 'vitest'
import { groups } from '../.vitepress/pages.ts'
import { comparable, pagesOf } from './pages.ts'

const english = pagesOf('en')
const chinese = pagesOf('zh')

test('both languages have the same pages', () => {
  expect([...chinese.keys()]).toEqual([...english.keys()])
})

test('the sidebar lists each page once', () => {
  const listed = groups.flatMap(({ folder, pages }) => pages.map((page) => `${folder}${page}.md`))
  expect(listed.toSorted()).toEqual([...english.keys()].filter((path) => path !== 'index.md'))
})

describe.each([
  ['English', english],
  ['Chinese', chinese],
] as const)('each page in %s', (_, pages) => {
  test.each([...pages.values()])(
    '$path has a title, and a description of 10 to 200 characters',
    ({ frontmatter }) => {
      expect(frontmatter.get('title')).toBeTruthy()
      expect(frontmatter.get('description')?.length).toBeGreaterThanOrEqual(10)
      expect(frontmatter.get('description')?.length).toBeLessThanOrEqual(200)
    },
  )

  test.each([...pages.values()])('$path has one heading of level 1, and skips no level', ({ headings }) => {
    expect(headings.filter((level) => level === 1)).toEqual([1])
    for (const [index, level] of headings.entries())
      expect(level - (headings[index - 1] ?? 0)).toBeLessThanOrEqual(1)
  })

  test('has its own title', () => {
    const titles = [...pages.values()].map(({ frontmatter }) => frontmatter.get('title'))
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  })
})

const translations = [...english.values()].flatMap((page) => {
  const translation = chinese.get(page.path)
  return translation ? [{ path: page.path, page, translation }] : []
})
describe.each(translations)('the translation of $path', ({ page, translation }) => {
  test('has the same headings', () => {
    expect(translation.headings).toEqual(page.headings)
  })

  test('has the same code, but for comments and texts', () => {
    const [original, translated] = comparable(page, translation)
    expect(translated).toEqual(original)
  })
})
