#!/usr/bin/env node
// Every link in a document that leads into the repository leads somewhere, to the very heading if it names one.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const documents = globSync(['*.md', 'docs/**/*.md', '{packages,apps,bench}/**/*.md'], {
  cwd: root,
  exclude: (path) => /node_modules|(^|\/)dist(\/|$)|CHANGELOG|\.test-results/.test(path),
})
const withoutCode = (text) => text.replaceAll(/^```[\s\S]*?^```/gm, '')
/** What GitHub calls a heading in an address. */
const anchor = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const problems = []
let count = 0
for (const path of documents) {
  const text = withoutCode(readFileSync(join(root, path), 'utf8'))
  for (const [, target] of text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)) {
    count += 1
    const [file, heading] = target.split('#')
    const full = file ? join(root, dirname(path), file) : join(root, path)
    if (!existsSync(full)) problems.push(`${path} leads to ${target}, which is not there`)
    else if (heading && statSync(full).isFile()) {
      const headings = withoutCode(readFileSync(full, 'utf8')).matchAll(/^#+ (.*)$/gm)
      if (![...headings].some(([, words]) => anchor(words) === heading))
        problems.push(`${path} leads to #${heading}, and ${relative(root, full)} has no such heading`)
    }
  }
}
console.log(
  problems.length ? problems.join('\n') : `${count} links in ${documents.length} documents lead somewhere`,
)
process.exitCode = problems.length || !count ? 1 : 0
