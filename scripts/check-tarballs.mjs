#!/usr/bin/env node
// node scripts/check-tarballs.mjs [folder]: checks the tarballs in a folder, one of each published package. Without a folder, it
// packs all packages first; run the build before.
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { publishedPackages } from './published.mjs'
import { faultsOf } from './tarball.mjs'
import { run } from './work-tree.mjs'

const [tarballs] = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'headwater-tarballs-'))
try {
  const packages = publishedPackages()
  if (!tarballs) for (const { folder } of packages) run(folder, 'pnpm', 'pack', '--pack-destination', work)
  const files = globSync('*.tgz', { cwd: tarballs ?? work })
  const faults = []
  for (const file of files) {
    const folder = join(work, file.replace(/\.tgz$/, ''))
    mkdirSync(folder)
    run(work, 'tar', '-xzf', resolve(tarballs ?? work, file), '-C', folder)
    faults.push(...faultsOf(join(folder, 'package'), tarballs).map((fault) => `${file} ${fault}`))
  }
  if (files.length !== packages.length)
    faults.push(`There are ${files.length} tarballs for ${packages.length} packages.`)
  console.log(faults.length > 0 ? faults.join('\n') : `${files.length} tarballs have no faults.`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
