import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  absoluteLinks,
  prepareForNpm,
  ERROR_DOCS_FILE,
  readAddresses,
  relativeLinks,
  withErrorDocs,
} from '../addresses.mjs'
import { publishedPackages } from '../published.mjs'

const root = join(import.meta.dirname, '../..')
const repository = 'https://git.example.com/us/headwater'
const site = 'https://headwater.example.com'
const nowhere = { repository: null, site: null }

function temporaryFolder(files: { readonly [name: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-addresses-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe('the addresses of the work tree', () => {
  test('are null or https URLs', () => {
    expect(Object.keys(readAddresses(root))).toEqual(['repository', 'site'])
  })

  test.each(['http://example.com/headwater', 'https://example.com/', 'github.com/us/headwater', ''])(
    'are refused with what to do: %j',
    (site) => {
      const folder = temporaryFolder({ 'addresses.json': JSON.stringify({ repository, site }) })
      expect(() => readAddresses(folder)).toThrow(`site is "${site}". Set it to an https URL without a slash`)
    },
  )
})

describe('the messages of errors', () => {
  const source = readFileSync(join(root, ERROR_DOCS_FILE), 'utf8')

  test.each([
    [nowhere, 'docs/errors/${code}.md'],
    [{ repository, site: null }, `${repository}/blob/main/docs/errors/\${code}.md`],
    [{ repository, site }, `${site}/errors/\${code}`],
  ])('name the page that there is: %j', (addresses, address) => {
    const after = withErrorDocs(source, addresses)
    expect(after).toContain(`export const errorDocs = (code: string): string => \`${address}\``)
    expect(withErrorDocs(after, nowhere)).toBe(withErrorDocs(source, nowhere))
  })

  test('cannot lose their address without a failure', () => {
    expect(() => withErrorDocs("export const docs = ''", nowhere)).toThrow('no function errorDocs')
  })
})

describe('the manifest of a tarball', () => {
  const manifestWith = (addresses: { repository: string | null; site: string | null }) => {
    const folder = temporaryFolder({ 'package.json': '{ "name": "@headwater/one" }', 'README.md': '' })
    prepareForNpm(folder, 'packages/one', addresses, root)
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  }

  test('has the repository with the folder of the package, the page for bugs, and the site', () => {
    expect(manifestWith({ repository, site })).toEqual({
      name: '@headwater/one',
      homepage: site,
      bugs: { url: `${repository}/issues` },
      repository: { type: 'git', url: `git+${repository}.git`, directory: 'packages/one' },
    })
  })

  test('has the README in the repository as its homepage while there is no site', () => {
    expect(manifestWith({ repository, site: null }).homepage).toBe(
      `${repository}/tree/main/packages/one#readme`,
    )
  })

  test('has no address while there is none', () => {
    expect(manifestWith(nowhere)).toEqual({ name: '@headwater/one' })
  })
})

test('the README of a tarball does not say that the package is not published yet', () => {
  const readme = '# One\n\n**Not published yet.** Until then,\nclone it.\n\nText.\n'
  const folder = temporaryFolder({ 'package.json': '{}', 'README.md': readme })
  prepareForNpm(folder, 'packages/one', nowhere, root)
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('# One\n\nText.\n')
})

describe('the links of a README', () => {
  const absolute = (markdown: string) => absoluteLinks(markdown, 'packages/react', repository, root)

  test.each([
    [
      '[LLM](../core/README.md#llm-answers)',
      `[LLM](${repository}/blob/main/packages/core/README.md#llm-answers)`,
    ],
    ['[`core`](../core)', `[\`core\`](${repository}/tree/main/packages/core)`],
    [
      '![A page](../../docs/screenshots/react-phone-dark.png "Dark")',
      `![A page](${repository}/raw/main/docs/screenshots/react-phone-dark.png "Dark")`,
    ],
    [
      '<a href="../../docs/servers/protocol.md">',
      `<a href="${repository}/blob/main/docs/servers/protocol.md">`,
    ],
    ['Text\n\n[core]: ../core/README.md', `Text\n\n[core]: ${repository}/blob/main/packages/core/README.md`],
  ])('become absolute: %s', (relative, expected) => {
    expect(relativeLinks(relative)).toHaveLength(1)
    expect(absolute(relative)).toBe(expected)
    expect(relativeLinks(expected)).toEqual([])
  })

  test.each([
    '[Options](#options)',
    '[MDN](https://developer.mozilla.org/docs)',
    '[Mail](mailto:us@example.com)',
    '`[a](../core)`',
    '```md\n[a](../core)\n```',
  ])('stay as they are: %s', (markdown) => {
    expect(relativeLinks(markdown)).toEqual([])
    expect(absolute(markdown)).toBe(markdown)
  })

  test('to a file that does not exist are reported', () => {
    expect(() => absolute('[Gone](../core/GONE.md)')).toThrow(
      'packages/react/README.md links to ../core/GONE.md, which does not exist.',
    )
  })

  test.each(publishedPackages(root).map(({ directory }) => directory))(
    'are all absolute in %s',
    (directory) => {
      const readme = readFileSync(join(root, directory, 'README.md'), 'utf8')
      const after = absoluteLinks(readme, directory, repository, root)
      expect(relativeLinks(after)).toEqual([])
      expect(after.match(/\]\(/g)).toEqual(readme.match(/\]\(/g))
    },
  )
})
