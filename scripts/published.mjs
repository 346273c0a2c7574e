import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Returns the published packages of a work tree, sorted by name: each with its folder, its directory in the repository and its
 * manifest.
 */
export function publishedPackages(root = fileURLToPath(new URL('..', import.meta.url))) {
  return globSync('packages/*/package.json', { cwd: root })
    .map((path) => ({
      folder: join(root, dirname(path)),
      directory: dirname(path).replaceAll('\\', '/'),
      manifest: JSON.parse(readFileSync(join(root, path), 'utf8')),
    }))
    .filter(({ manifest }) => !manifest.private)
    .toSorted((one, other) => one.manifest.name.localeCompare(other.manifest.name))
}

/**
 * Returns the entries of a package: the name that users import, and the source, the built file and its types, relative to the
 * package's folder.
 */
export function entriesOf({ folder, manifest }) {
  return Object.entries(manifest.exports)
    .filter(([, target]) => target.default)
    .map(([path, target]) => ({
      name: manifest.name + path.slice(1),
      shortName: path === '.' ? 'index' : path.slice(2),
      package: basename(folder),
      source: target['@headwater/source'].slice(2),
      file: target.default.slice(2),
      types: target.default.slice(2).replace(/\.js$/, '.d.ts'),
    }))
}
