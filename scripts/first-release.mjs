#!/usr/bin/env node
// node scripts/first-release.mjs: before the first release, moves the text of each pending changeset into the one changeset of its
// packages, `.changeset/first-<package>.md`, so that the first changelog of each package is one entry. Then edit these files: a reader
// of the first changelog knows no earlier version.
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { publishedPackages } from './published.mjs'

/** Returns true until a version has been released. */
export const isFirstRelease = (root) =>
  publishedPackages(root).every(({ manifest }) => manifest.version === '0.0.0')

/** Moves the changesets of a work tree, and returns the names of those that were moved. Does nothing after the first release. */
export function foldChangesets(root) {
  if (!isFirstRelease(root)) return []
  const later = globSync('.changeset/*.md', { cwd: root })
    .filter((path) => !/^(first-.*|README)\.md$/.test(basename(path)))
    .toSorted()
  for (const path of later) {
    const { packages, text } = readChangeset(join(root, path))
    for (const name of packages)
      append(join(root, `.changeset/first-${name.split('/').at(-1)}.md`), name, text)
    rmSync(join(root, path))
  }
  return later.map((path) => basename(path))
}

/** Returns the names of the packages of a changeset, and its text. */
function readChangeset(file) {
  const [, head, text] = readFileSync(file, 'utf8').match(/^---\n([\s\S]*?)\n?---\n([\s\S]*)$/) ?? []
  if (head === undefined) throw new Error(`${file} is no changeset.`)
  const packages = [...head.matchAll(/^['"]?(@?[^'":]+)['"]?:/gm)].map(([, name]) => name)
  return { packages, text: text.trim() }
}

/** Adds a text as a point of a list. */
function append(file, name, text) {
  const before = existsSync(file)
    ? readFileSync(file, 'utf8').trimEnd()
    : `---\n'${name}': minor\n---\n\nThe first release.`
  const heading = before.includes('\n**Also**\n') ? '' : '\n\n**Also**\n'
  writeFileSync(file, `${before}${heading}\n- ${text.replaceAll(/\n(?=.)/g, '\n  ')}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const moved = foldChangesets(fileURLToPath(new URL('..', import.meta.url)))
  console.log(
    moved.length > 0 ? `Moved: ${moved.join(', ')}. Now edit .changeset/first-*.md.` : 'Nothing to move.',
  )
}
