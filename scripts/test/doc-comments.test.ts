import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const files = globSync(
  ['{packages,apps}/*/src/**/*.{ts,tsx,svelte,vue}', '{scripts,bench}/**/*.{ts,mjs,js,jsx,svelte}'],
  {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  },
)

/** Returns the doc comments that open with a question word instead of a verb or a noun phrase. */
function questions(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/\/\*\*[\s*]*(?:What|Whether|How|Who|Whom|Whoever)\b.*/g)].map(
    ({ 0: comment, index }) => `${file}:${text.slice(0, index).split('\n').length} ${comment}`,
  )
}

test('no doc comment opens with a question word', () => {
  expect(files.length).toBeGreaterThan(100)
  expect(files.flatMap(questions)).toEqual([])
})
