import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SNAPSHOT_KEYS } from '../../packages/core/src/stream/contract.ts'
import frameworks from '../../frameworks.json' with { type: 'json' }
import { tablesOf } from '../readme/document.mjs'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = globSync('packages/core/src/**/*.ts', { cwd: root }).map(read)

/** Returns the names of the members of an interface or a class of core, and of what it extends. */
function membersOf(name: string): string[] {
  const pattern = new RegExp(
    `^export (?:interface|class) ${name}\\b(?:<[^{]*?>)?(?:\\s+extends ([^{]*?))? \\{\\n([\\s\\S]*?)^\\}`,
    'm',
  )
  const [, bases = '', body = ''] = sources.map((text) => pattern.exec(text)).find(Boolean) ?? []
  if (body === '') throw new Error(`Core has no interface ${name}.`)
  // Members that `Pick` takes are counted with their own interface.
  const parents = bases.replaceAll(/Pick<[^>]*>/g, '').match(/\b[A-Z]\w+(?=[\s,<{]|$)/g) ?? []
  const inherited = parents.filter((parent) =>
    sources.some((text) => new RegExp(`^export interface ${parent}\\b`, 'm').test(text)),
  )
  const own = [...body.matchAll(/^ {2}(?:(?:declare|override|readonly) )*(\w+)\??[:(]/gm)].map(
    ([, member]) => member!,
  )
  return [...new Set([...inherited.flatMap(membersOf), ...own])]
}

/** Returns the names in the first column of the table whose head has this cell. */
function documented(readme: string, head: string): string[] {
  const table = tablesOf(readme).find((each) => each.head[0] === head)
  return (table?.rows ?? []).map(([cell]) => /^`(\w+)/.exec(cell!)?.[1] ?? cell!)
}

const readmes = ['core', ...frameworks.map(({ name }) => name)].map((name) => `packages/${name}/README.md`)

describe.each(readmes)('%s', (path) => {
  const readme = read(path)

  test.each([
    // The rest of EventStreamOptions and BoundStreamOptions is not in an interface.
    ['option', () => [...membersOf('StreamOptions'), 'fold', 'initialData', 'enabled']],
    ['field of `retry`', () => membersOf('RetryOptions')],
  ])('the table with the column "%s" names each one, and no other', (head, members) => {
    expect(documented(readme, head).toSorted()).toEqual(members().toSorted())
  })

  test('the tables with the column "property" name those of a snapshot and of an SseError', () => {
    const [snapshot = [], error = []] = tablesOf(readme)
      .filter(({ head }) => head[0] === 'property')
      .map(({ rows }) => rows.map(([cell]) => /^`(\w+)/.exec(cell!)?.[1]))
    expect(snapshot.toSorted()).toEqual([...SNAPSHOT_KEYS, 'open', 'close'].toSorted())
    const ownMembers = membersOf('SseError').filter((name) => !['constructor', 'name'].includes(name))
    expect(error.toSorted()).toEqual([...ownMembers, 'message'].toSorted())
  })

  test('the errors have all codes', () => {
    const code = /\| `code` +\| (.*) \|/.exec(readme)?.[1]
    const type = /export type SseErrorCode =([\s\S]*?)\n\n/.exec(read('packages/core/src/errors.ts'))![1]!
    expect(code?.match(/`[\w-]+`/g)).toEqual(
      type.match(/'[\w-]+'/g)!.map((name) => `\`${name.slice(1, -1)}\``),
    )
  })
})
