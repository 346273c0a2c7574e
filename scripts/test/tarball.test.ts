import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { faultsOf } from '../tarball.mjs'

const manifest = { name: '@headwater/one', sideEffects: false, dependencies: { '@headwater/core': '^1.0.0' } }
const good = {
  'package.json': JSON.stringify(manifest),
  'README.md': '',
  LICENSE: '',
  'CHANGELOG.md': '',
  'dist/index.js': `import { latest } from "@headwater/core";\nexport const one = latest;\n//# sourceMappingURL=index.js.map`,
  'dist/index.js.map': JSON.stringify({ sources: ['src/index.ts'] }),
  'dist/src/index.ts': '',
}

function faults(changes: { readonly [path: string]: string | undefined }): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-tarball-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, text] of Object.entries({ ...good, ...changes })) {
    if (text === undefined) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return faultsOf(folder, true)
}
const says = (change: object) => ({ 'package.json': JSON.stringify({ ...manifest, ...change }) })
const code = (text: string) => ({ 'dist/index.js': `${text}\n//# sourceMappingURL=index.js.map` })
const map = (...sources: string[]) => ({ 'dist/index.js.map': JSON.stringify({ sources }) })

test('a package with all that it needs and nothing else has no fault', () => {
  expect(faults({})).toEqual([])
})

test.each([
  ['a test that went along', { 'test/a.ts': '' }, 'has test'],
  ['no README', { 'README.md': undefined }, 'lacks README.md'],
  ['no changelog once it is released', { 'CHANGELOG.md': undefined }, 'lacks CHANGELOG.md'],
  ['a range of the workspace', says({ dependencies: { '@headwater/core': 'workspace:^' } }), 'workspace:'],
  ['a version from the catalog', says({ peerDependencies: { vue: 'catalog:' } }), 'catalog:'],
  ['the sources’ condition', says({ exports: { '@headwater/source': './src' } }), '@headwater/source'],
  ['a script that runs when it is installed', says({ scripts: { postinstall: 'x' } }), 'script postinstall'],
  ['side effects', says({ sideEffects: true }), 'sideEffects'],
  ['a dependency of core', says({ name: '@headwater/core', dependencies: { x: '1' } }), 'core depends'],
  ['an import that is not declared', code('import x from "left-pad"'), 'imports left-pad'],
  ['a lazy import that is not declared', code('await import("left-pad/x")'), 'imports left-pad'],
  ['code without a map', { 'dist/index.js': 'export const one = 1' }, 'has no map'],
  ['a map that is not there', { 'dist/index.js.map': undefined }, 'which is not there'],
  ['somebody else’s code', map('../node_modules/left-pad/index.js'), 'something foreign'],
  ['a source that is not there', map('src/two.ts'), 'leads to src/two.ts'],
])('%s is a fault', (_, change, fault) => {
  expect(faults(change)).toEqual(expect.arrayContaining([expect.stringContaining(fault)]))
})
