#!/usr/bin/env node
// What the manifests promise is tested: the lowest version of every range of a view library, and of Node, has a row in the
// matrix; and who installs a package gets nothing but ours, by the bill of materials that pnpm makes of the lock file.
import { readFileSync } from 'node:fs'
import { rows } from './matrix-rows.mjs'
import { publishedPackages } from './published.mjs'
import { run } from './work-tree.mjs'

const problems = []
const tested = (name) => rows.map(({ catalog }) => catalog?.[name]).filter(Boolean)
const runtimes = readFileSync(new URL('runtimes.mjs', import.meta.url), 'utf8')
let count = 0
for (const { folder, manifest } of publishedPackages()) {
  for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {}))
    for (const part of range.split(' || ')) {
      count += 1
      const [, lowest] = part.match(/^\^(\d+\.\d+\.\d+)$/) ?? []
      if (!lowest) problems.push(`${manifest.name} promises ${peer} ${part}: write it as ^1.2.3`)
      else if (!tested(peer).includes(lowest))
        problems.push(
          `${manifest.name} promises ${peer} ${lowest}, and no row of scripts/matrix-rows.mjs has it`,
        )
    }
  const [, node] = manifest.engines?.node?.match(/^>=(\d+)$/) ?? []
  if (!node || !runtimes.includes(`node('${node}.`))
    problems.push(
      `${manifest.name} promises Node ${manifest.engines?.node}, which scripts/runtimes.mjs does not run`,
    )

  const bill = ['sbom', '--sbom-format=cyclonedx', '--lockfile-only', '--prod', `--filter=${manifest.name}`]
  for (const { group, name, licenses } of JSON.parse(run(folder, 'pnpm', ...bill)).components ?? []) {
    if (group !== '@headwater') problems.push(`${manifest.name} brings ${group ?? ''} ${name} along`)
    if (licenses?.[0]?.license?.id !== 'MIT')
      problems.push(`${manifest.name} brings ${name}, which is not MIT`)
  }
}
console.log(
  problems.length ? problems.join('\n') : `${count} ranges are tested at their lowest; nothing comes along`,
)
process.exitCode = problems.length ? 1 : 0
