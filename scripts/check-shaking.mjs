#!/usr/bin/env node
// `sideEffects: false` is a promise: who imports one name gets little more than that, and who imports a package changes
// nothing. Here the bundler is not told so: it has to see it in the code. Build first.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import { publishedPackages } from './published.mjs'

/** The most that the least of an entry's names may bring along, of the whole entry, where it has many things in it. */
const LEAST_PART = 0.1
const MANY = 10

const root = fileURLToPath(new URL('..', import.meta.url))
const work = join(root, '.test-results/shaking')
mkdirSync(work, { recursive: true })

const packages = publishedPackages(root)
const peers = packages.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}))
const isPeer = (id) => peers.some((peer) => id === peer || id.startsWith(`${peer}/`))
const entries = packages.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.publishConfig.exports)
    .filter(([, target]) => target.default)
    .map(([entry, target]) => ({
      name: `${manifest.name}${entry.slice(1)}`,
      file: join(folder, target.default),
      copy: join(work, manifest.name, target.default.replace('./dist', '')),
      peers: Object.keys(manifest.peerDependencies ?? {}),
    })),
)
// Beside its manifest, the code would be believed.
for (const { folder, manifest } of packages)
  cpSync(join(folder, 'dist'), join(work, manifest.name), { recursive: true })
const alias = entries.map(({ name, copy }) => ({ find: new RegExp(`^${name}$`), replacement: copy }))

/** How long a program is when it is bundled. */
async function sizeOf(program) {
  const input = join(work, 'program.js')
  writeFileSync(input, program)
  const { output } = await build({
    root: work,
    configFile: false,
    logLevel: 'silent',
    resolve: { alias },
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input,
        treeshake: { moduleSideEffects: (id) => !isPeer(id) },
        external: isPeer,
      },
    },
  })
  return output.reduce((sum, { code = '' }) => sum + code.trim().length, 0)
}

const problems = []
const globals = () => Reflect.ownKeys(globalThis).map(String)
try {
  for (const { name, file, peers: own } of entries) {
    // What a view library itself leaves is not ours to answer for.
    for (const peer of own) await import(pathToFileURL(createRequire(file).resolve(peer)).href)
    const before = new Set(globals())
    const names = Object.keys(await import(pathToFileURL(file).href))
    const left = globals().filter((key) => !before.has(key))
    if (left.length > 0) problems.push(`${name} leaves ${left.join(', ')} in the global scope`)
    const rest = await sizeOf(`import '${name}'`)
    if (rest > 0) problems.push(`an import of ${name} for nothing leaves ${rest} characters`)
    const all = await sizeOf(`import * as all from '${name}'; globalThis.used = all`)
    const sizes = []
    for (const each of names)
      sizes.push([await sizeOf(`import { ${each} } from '${name}'; globalThis.used = ${each}`), each])
    const [least, which] = sizes.toSorted(([one], [other]) => one - other)[0]
    if (least > (names.length >= MANY ? LEAST_PART : 1) * all)
      problems.push(`${which} alone brings ${least} of the ${all} characters of ${name}`)
    console.log(`${name}: ${which} alone is ${least} of ${all} characters`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
console.log(problems.length ? problems.join('\n') : `${entries.length} entries give what is asked for`)
process.exitCode = problems.length ? 1 : 0
