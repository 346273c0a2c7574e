import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Names of the column with tests, in each language. */
const COLUMN = /^(Test|测试)$/

/**
 * Returns the tests that the tables of a document name, in order: each as the title of a test and the path of its file, relative to the
 * root. A cell has the form `"title" ([name])`, and the name is the reference of a link. Problems are added to a list.
 */
export function testsOf(root, path, problems) {
  const text = readFileSync(join(root, path), 'utf8')
  const targets = new Map([...text.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)].map(([, name, to]) => [name, to]))
  const tests = []
  let column = -1
  for (const line of text.split('\n')) {
    const cells = line.startsWith('|') ? line.split('|').slice(1, -1) : []
    if (cells.length === 0) column = -1
    else if (column < 0) column = cells.findIndex((cell) => COLUMN.test(cell.trim()))
    else if (!/^ *:?-+:? *$/.test(cells[column])) {
      const named = [...cells[column].matchAll(/"([^"]+)" \(\[([^\]]+)\]\)/g)]
      if (named.length === 0) problems.push(`${path}: the row "${cells[0].trim()}" names no test.`)
      for (const [, title, name] of named)
        tests.push({ title, file: join(dirname(path), targets.get(name) ?? name) })
    }
  }
  for (const { title, file } of tests) {
    const source = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined
    if (source === undefined) problems.push(`${path} names the test file ${file}, which does not exist.`)
    else if (!source.includes(title))
      problems.push(`${path} names the test "${title}", which ${file} does not have.`)
  }
  return tests
}
