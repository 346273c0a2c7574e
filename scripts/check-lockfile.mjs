#!/usr/bin/env node
// node scripts/check-lockfile.mjs: checks that the lock file contains no URL, and the binaries for every platform. If the registry
// lacks one, pnpm leaves it out without a message, and the project cannot be installed on that platform.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const lock = readFileSync('pnpm-lock.yaml', 'utf8')
const packageLine = /^ {2}'?((?:@[^/\s']+\/)?[^@\s']+)@([^:'(]+)'?:$/gm
const locked = new Set([...lock.matchAll(packageLine)].map(([, name, version]) => `${name}@${version}`))
const problems = []
if (/tarball:|https?:\/\//.test(lock))
  problems.push('The lock file contains a URL: a registry or tarball address. Remove it.')

const store = 'node_modules/.pnpm'
for (const folder of readdirSync(store)) {
  const modules = join(store, folder, 'node_modules')
  if (!existsSync(modules)) continue
  for (const entry of readdirSync(modules)) {
    const names = entry.startsWith('@')
      ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`)
      : [entry]
    for (const name of names) {
      const path = join(modules, name, 'package.json')
      if (!existsSync(path) || !folder.startsWith(`${name.replace('/', '+')}@`)) continue
      const manifest = JSON.parse(readFileSync(path, 'utf8'))
      // Skips packages that pnpm has not pruned yet.
      if (!locked.has(`${manifest.name}@${manifest.version}`)) continue
      for (const [optional, range] of Object.entries(manifest.optionalDependencies ?? {})) {
        const found = /^\d/.test(range)
          ? locked.has(`${optional}@${range}`)
          : [...locked].some((each) => each.startsWith(`${optional}@`))
        if (!found)
          problems.push(
            `${manifest.name}@${manifest.version}: ${optional}@${range} is missing in the lock file. Pin a version that has it.`,
          )
      }
    }
  }
}
console.log(
  problems.length ? problems.join('\n') : 'The lock file has no URL and the binaries for every platform.',
)
process.exitCode = problems.length ? 1 : 0
