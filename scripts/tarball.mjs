import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { addressFields, relativeLinks } from './addresses.mjs'

/** Scripts that run when a user installs the package. */
const installScripts = ['preinstall', 'install', 'postinstall', 'prepare']
const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'src']

/** Returns the packages that a file imports, without their subpaths. An example in a doc comment imports nothing. */
const importsOf = (code) =>
  new Set(
    [
      ...code
        .replaceAll(/^\s*\/\*\*[\s\S]*?\*\//gm, '')
        // The word may be a string itself.
        .matchAll(/(?<!["'])\b(?:from|import)\s*\(?\s*["']([^."'][^"']*)["']/g),
    ].map(([, name]) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')),
  )

/**
 * Returns the faults of an unpacked tarball that publint and attw do not report. `directory` is the folder of the package in the
 * repository, and `addresses` the content of addresses.json.
 */
export function faultsOf(folder, directory, addresses) {
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const manifest = JSON.parse(text)
  return [
    ...fileFaults(folder),
    ...changelogFaults(folder, manifest),
    ...manifestFaults(text, manifest),
    ...npmFaults(folder, manifest, directory, addresses),
    ...globSync('dist/**/*.{js,d.ts}', { cwd: folder }).flatMap((path) => codeFaults(folder, path, manifest)),
  ]
}

function fileFaults(folder) {
  const names = globSync('*', { cwd: folder })
  return [
    ...names
      .filter((name) => !expected.includes(name))
      .map((name) => `contains ${name}, which users do not need`),
    ...expected.filter((name) => !names.includes(name)).map((name) => `has no ${name}`),
  ]
}

const readIfExists = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** A changelog has a section for each version. The first changelog says which version was not published. */
function changelogFaults(folder, { version }) {
  const lines = readIfExists(join(folder, 'CHANGELOG.md')).split('\n')
  return lines.some((line) => line === `## ${version}` || line.startsWith(`Version ${version} `))
    ? []
    : [`does not mention ${version} in its changelog`]
}

function npmFaults(folder, manifest, directory, addresses) {
  const readme = readIfExists(join(folder, 'README.md'))
  const links = addresses.repository ? relativeLinks(readme) : []
  return [
    ...(/not published yet/i.test(readme) ? ['says that it is not published yet'] : []),
    ...Object.entries(addressFields(addresses, directory))
      .filter(([name, value]) => JSON.stringify(manifest[name]) !== JSON.stringify(value))
      .map(([name, value]) => `has another ${name} in its manifest than ${JSON.stringify(value)}`),
    ...links.map((link) => `has the relative link ${link} in its README, which does not work on npm`),
  ]
}

function manifestFaults(text, manifest) {
  const faults = []
  for (const word of ['workspace:', 'catalog:', '@headwater/source'])
    if (text.includes(word)) faults.push(`has ${word} in its manifest`)
  for (const name of installScripts) if (manifest.scripts?.[name]) faults.push(`has the script ${name}`)
  if (!manifest.publishConfig?.provenance) faults.push('does not ask for a provenance in its manifest')
  for (const field of ['main', 'types']) if (!manifest[field]) faults.push(`has no ${field} in its manifest`)
  // The testing entry of a binding registers a hook of the test runner.
  if (manifest.sideEffects !== false && !manifest.sideEffects?.every?.((path) => path.includes('/testing.')))
    faults.push('does not have sideEffects: false in its manifest')
  if (manifest.name === '@headwater/core' && Object.keys(dependenciesOf(manifest)).length > 0)
    faults.push('has a dependency, and core must have none')
  return faults
}

const dependenciesOf = ({ dependencies, peerDependencies }) => ({ ...dependencies, ...peerDependencies })

/** A built file may import only declared packages, and needs a map to the sources that the package ships. */
function codeFaults(folder, path, manifest) {
  const code = readFileSync(join(folder, path), 'utf8')
  const allowed = { ...dependenciesOf(manifest), [manifest.name]: '' }
  const undeclared = [...importsOf(code)].filter((name) => !(name in allowed))
  return [
    ...undeclared.map((name) => `${path} imports ${name}, which is not in the manifest`),
    ...mapFaults(folder, path, code),
  ]
}

function mapFaults(folder, path, code) {
  const [, map] = code.match(/^\/\/# sourceMappingURL=(.+)$/m) ?? []
  // A file that only re-exports needs no map.
  if (!map)
    return /^(?:(?:import|export) (?:\{[^}]*\}|\*)[^;\n]*;?\s*)+$/.test(code) ? [] : [`${path} has no map`]
  const mapFile = join(folder, dirname(path), map)
  if (!existsSync(mapFile)) return [`${path} names the map ${map}, which does not exist`]
  const { sources, sourcesContent } = JSON.parse(readFileSync(mapFile, 'utf8'))
  const faults = sources.flatMap((source) => {
    const original = resolve(dirname(mapFile), source)
    if (!original.startsWith(join(folder, 'src')))
      return `${path} maps to ${source}: it contains code of another package, or its map is wrong`
    return existsSync(original) ? [] : `${path} maps to ${source}, which does not exist`
  })
  if (sourcesContent) faults.push(`${map} repeats the sources, which are in src already`)
  return faults
}
