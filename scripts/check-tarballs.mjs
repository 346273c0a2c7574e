#!/usr/bin/env node
// node scripts/check-tarballs.mjs [folder]: what users get is looked into. Without a folder of tarballs, all packages are
// packed first; build them before.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { publishedPackages } from './published.mjs'
import { faultsOf } from './tarball.mjs'

const run = (command, args, cwd) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
}

const [tarballs] = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'headwater-tarballs-'))
try {
  const packages = publishedPackages()
  if (!tarballs) for (const { folder } of packages) run('pnpm', ['pack', '--pack-destination', work], folder)
  const files = globSync('*.tgz', { cwd: tarballs ?? work })
  const faults = []
  for (const file of files) {
    const folder = join(work, file.replace(/\.tgz$/, ''))
    mkdirSync(folder)
    run('tar', ['-xzf', resolve(tarballs ?? work, file), '-C', folder])
    faults.push(...faultsOf(join(folder, 'package'), tarballs).map((fault) => `${file} ${fault}`))
  }
  if (files.length !== packages.length)
    faults.push(`${files.length} tarballs for ${packages.length} packages`)
  console.log(faults.length ? faults.join('\n') : `${files.length} tarballs hold what they should`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
