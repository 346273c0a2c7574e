// The changelog of all packages: the pending changesets, and then the released versions.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const TITLES = {
  en: { next: 'Next', note: 'Not released yet.' },
  zh: { next: '下一个版本', note: '尚未发布。' },
}

/** Returns the changelog as Markdown, with a heading for each version and each package. The text of the entries is English. */
export function changelog(root, packages, language) {
  const { next, note } = TITLES[language]
  const pending = changesetsOf(root, packages)
  const released = releasesOf(packages)
  return [
    ...(pending.size > 0 ? [`## ${next}`, note, ...sections(pending)] : []),
    ...[...released].flatMap(([version, entries]) => [`## ${version}`, ...sections(entries)]),
  ].join('\n\n')
}

const sections = (texts) => [...texts].flatMap(([name, text]) => [`### ${name}`, text])

/** Returns the texts of the pending changesets, by package. */
function changesetsOf(root, packages) {
  const texts = new Map(packages.map(({ manifest }) => [manifest.name, []]))
  for (const path of globSync('.changeset/*.md', { cwd: root }).sort()) {
    const [, head, text] =
      readFileSync(join(root, path), 'utf8').match(/^---\n([\s\S]*?)---\n([\s\S]*)$/) ?? []
    for (const [, name] of (head ?? '').matchAll(/^'([^']+)': /gm))
      texts.get(name)?.push(`- ${text.trim().replaceAll(/\n(?=.)/g, '\n  ')}`)
  }
  const isFirst = (text) => Number(text.startsWith('- The first release'))
  const ordered = [...texts].map(([name, each]) => [
    name,
    each.toSorted((one, other) => isFirst(other) - isFirst(one)).join('\n'),
  ])
  return new Map(ordered.filter(([, text]) => text !== ''))
}

/** Returns the texts of the released versions, newest first, each by package. */
function releasesOf(packages) {
  const versions = new Map()
  for (const { folder, manifest } of packages) {
    const file = join(folder, 'CHANGELOG.md')
    if (!existsSync(file)) continue
    const [, ...releases] = readFileSync(file, 'utf8').split(/^## /m)
    for (const release of releases) {
      const [version, ...lines] = release.split('\n')
      if (!versions.has(version)) versions.set(version, new Map())
      versions.get(version).set(manifest.name, lines.join('\n').replaceAll(/^### /gm, '#### ').trim())
    }
  }
  const newestFirst = ([one], [other]) => other.localeCompare(one, 'en', { numeric: true })
  return new Map([...versions].sort(newestFirst))
}
