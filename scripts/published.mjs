import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The packages of a work tree that are published, by name: each with its folder and its manifest. */
export function publishedPackages(root = fileURLToPath(new URL('..', import.meta.url))) {
  return globSync('packages/*/package.json', { cwd: root })
    .map((path) => ({
      folder: join(root, dirname(path)),
      manifest: JSON.parse(readFileSync(join(root, path), 'utf8')),
    }))
    .filter(({ manifest }) => !manifest.private)
    .toSorted((one, other) => one.manifest.name.localeCompare(other.manifest.name))
}
