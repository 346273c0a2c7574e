import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { faultsOf } from '../tarball.mjs'

const manifest = {
  name: '@headwater/one',
  version: '1.0.0',
  sideEffects: false,
  main: './dist/index.js',
  types: './dist/index.d.ts',
  dependencies: { '@headwater/core': '^1.0.0' },
  publishConfig: { access: 'public', provenance: true },
}
const good = {
  'package.json': JSON.stringify(manifest),
  'README.md': '',
  LICENSE: '',
  'CHANGELOG.md': '# @headwater/one\n\n## 1.0.0\n\n- A change.\n',
  'dist/index.js': `import { latest } from "@headwater/core";\nexport const one = latest;\n//# sourceMappingURL=index.js.map`,
  'dist/index.js.map': JSON.stringify({ sources: ['../src/index.ts'] }),
  'src/index.ts': '',
}

const nowhere = { repository: null, site: null }

function faults(
  changes: { readonly [path: string]: string | undefined },
  addresses: { repository: string | null; site: string | null } = nowhere,
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-tarball-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, text] of Object.entries({ ...good, ...changes })) {
    if (text === undefined) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return faultsOf(folder, 'packages/one', addresses)
}
const withManifest = (change: object) => ({ 'package.json': JSON.stringify({ ...manifest, ...change }) })
const code = (text: string) => ({ 'dist/index.js': `${text}\n//# sourceMappingURL=index.js.map` })
const map = (content: object) => ({ 'dist/index.js.map': JSON.stringify(content) })

test('finds no fault in a complete package', () => {
  expect(faults({})).toEqual([])
})

test.each([
  ['a test', { 'test/a.ts': '' }, 'contains test'],
  ['no README', { 'README.md': undefined }, 'has no README.md'],
  ['no changelog', { 'CHANGELOG.md': undefined }, 'has no CHANGELOG.md'],
  [
    'a changelog of an older version',
    { 'CHANGELOG.md': '# @headwater/one\n\n## 1.0.0-beta.1\n\n- A change.\n' },
    'does not mention 1.0.0',
  ],
  ['a README from before the release', { 'README.md': 'Not published yet.' }, 'is not published yet'],
  ['an address from elsewhere', withManifest({ homepage: 'https://example.com' }), 'another homepage'],
  [
    'a workspace range',
    withManifest({ dependencies: { '@headwater/core': 'workspace:^' } }),
    'has workspace:',
  ],
  ['a catalog version', withManifest({ peerDependencies: { vue: 'catalog:' } }), 'has catalog:'],
  [
    'the condition for sources',
    withManifest({ exports: { '@headwater/source': './src' } }),
    'has @headwater/source',
  ],
  ['no provenance', withManifest({ publishConfig: { access: 'public' } }), 'does not ask for a provenance'],
  ['an install script', withManifest({ scripts: { postinstall: 'x' } }), 'has the script postinstall'],
  ['no main', withManifest({ main: undefined }), 'has no main'],
  ['no types', withManifest({ types: undefined }), 'has no types'],
  ['side effects', withManifest({ sideEffects: true }), 'sideEffects'],
  [
    'a dependency of core',
    withManifest({ name: '@headwater/core', dependencies: { x: '1' } }),
    'has a dependency',
  ],
  ['an undeclared import', code('import x from "left-pad"'), 'imports left-pad'],
  ['an undeclared dynamic import', code('await import("left-pad/x")'), 'imports left-pad'],
  ['code without a map', { 'dist/index.js': 'export const one = 1' }, 'has no map'],
  ['a missing map', { 'dist/index.js.map': undefined }, 'which does not exist'],
  [
    'code of another package',
    map({ sources: ['../node_modules/left-pad/index.js'] }),
    'contains code of another',
  ],
  ['a missing source', map({ sources: ['../src/two.ts'] }), 'maps to ../src/two.ts'],
  [
    'sources that ship twice',
    map({ sources: ['../src/index.ts'], sourcesContent: [''] }),
    'repeats the sources',
  ],
])('reports %s', (_, change, fault) => {
  expect(faults(change)).toEqual(expect.arrayContaining([expect.stringContaining(fault)]))
})

test('finds no import in the example of a doc comment', () => {
  expect(faults(code("/**\n * import { test } from 'vitest'\n */\nexport const one = 1"))).toEqual([])
})

test('finds no import in a text that is compared with "from"', () => {
  expect(faults(code('export const is = (name, value) => name === "from" || value !== "x"'))).toEqual([])
})

test('finds no fault in a package that was not published yet, and says so', () => {
  expect(faults({ 'CHANGELOG.md': '# @headwater/one\n\nVersion 1.0.0 was not published.\n' })).toEqual([])
})

test('reports missing addresses and relative links once there is a repository', () => {
  const readme = { 'README.md': '[Guide](../../docs/guide.md)' }
  expect(faults(readme)).toEqual([])
  expect(faults(readme, { repository: 'https://git.example.com/us/headwater', site: null })).toEqual([
    expect.stringContaining('another homepage in its manifest than "https://git.example.com/'),
    expect.stringContaining('another bugs'),
    expect.stringContaining('another repository'),
    'has the relative link ../../docs/guide.md in its README, which does not work on npm',
  ])
})
