import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** What runs by itself where somebody installs a package. */
const installScripts = ['preinstall', 'install', 'postinstall', 'prepare']
const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json']

/** The packages that a file imports, their subpaths cut off. */
const importsOf = (code) =>
  new Set(
    [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^."'][^"']*)["']/g)].map(([, name]) =>
      name.split('/', name.startsWith('@') ? 2 : 1).join('/'),
    ),
  )

/** What is wrong with a package as it stands in a folder. */
export function faultsOf(folder, released) {
  const faults = []
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const manifest = JSON.parse(text)
  const names = globSync('*', { cwd: folder })
  for (const name of names) if (!expected.includes(name)) faults.push(`has ${name}, which nobody needs`)
  for (const name of expected)
    // The first changelog is written by the first release.
    if (!names.includes(name) && (released || name !== 'CHANGELOG.md')) faults.push(`lacks ${name}`)

  for (const word of ['workspace:', 'catalog:', '@headwater/source'])
    if (text.includes(word)) faults.push(`its manifest says ${word}`)
  for (const name of installScripts) if (manifest.scripts?.[name]) faults.push(`has a script ${name}`)
  if (manifest.sideEffects !== false) faults.push('does not say sideEffects: false')
  const allowed = { ...manifest.dependencies, ...manifest.peerDependencies, [manifest.name]: '' }
  if (manifest.name === '@headwater/core' && Object.keys(allowed).length > 1)
    faults.push('core depends on something')

  for (const path of globSync('dist/**/*.{js,d.ts}', { cwd: folder })) {
    if (path.startsWith(join('dist', 'src'))) continue
    const code = readFileSync(join(folder, path), 'utf8')
    for (const name of importsOf(code))
      if (!(name in allowed)) faults.push(`${path} imports ${name}, which its manifest does not name`)
    const [, map] = code.match(/^\/\/# sourceMappingURL=(.+)$/m) ?? []
    // A file that only passes names on maps to nothing.
    if (!map && !/^(?:(?:import|export) \{[^}]*\}[^;\n]*;?\s*)+$/.test(code))
      faults.push(`${path} has no map`)
    if (!map) continue
    const mapFile = join(folder, dirname(path), map)
    if (!existsSync(mapFile)) faults.push(`${path} names the map ${map}, which is not there`)
    else
      for (const source of JSON.parse(readFileSync(mapFile, 'utf8')).sources) {
        const original = resolve(dirname(mapFile), source)
        if (!original.startsWith(join(folder, 'dist/src')))
          faults.push(`${path} holds ${source}: something foreign is bundled, or its map leads astray`)
        else if (!existsSync(original)) faults.push(`${path} leads to ${source}, which is not there`)
      }
  }
  return faults
}
