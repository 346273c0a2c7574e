#!/usr/bin/env node
// node scripts/check-tarballs.mjs [folder]: checks the tarballs in a folder, one of each published package. Without a folder, it
// packs all packages first, and adds the addresses of the project as a release does; run the build before.
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepareForNpm, readAddresses } from './addresses.mjs'
import { publishedPackages } from './published.mjs'
import { faultsOf } from './tarball.mjs'
import { run } from './work-tree.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [tarballs] = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'headwater-tarballs-'))
try {
  const packages = publishedPackages()
  if (!tarballs) for (const { folder } of packages) run(folder, 'pnpm', 'pack', '--pack-destination', work)
  const addresses = readAddresses(root)
  const files = globSync('*.tgz', { cwd: tarballs ?? work })
  const faults = []
  for (const file of files) {
    const target = join(work, file.replace(/\.tgz$/, ''))
    mkdirSync(target)
    run(work, 'tar', '-xzf', resolve(tarballs ?? work, file), '-C', target)
    const folder = join(target, 'package')
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { directory } = packages.find(({ manifest }) => manifest.name === name)
    if (!tarballs) prepareForNpm(folder, directory, addresses, root)
    faults.push(...faultsOf(folder, directory, addresses).map((fault) => `${file} ${fault}`))
  }
  if (files.length !== packages.length)
    faults.push(`There are ${files.length} tarballs for ${packages.length} packages.`)
  console.log(faults.length > 0 ? faults.join('\n') : `${files.length} tarballs have no faults.`)
  if (!addresses.repository)
    console.log(
      'addresses.json has no repository yet: the manifests have no addresses, and the relative links of the READMEs do not work on npm.',
    )
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
