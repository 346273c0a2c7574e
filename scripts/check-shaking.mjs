#!/usr/bin/env node
// node scripts/check-shaking.mjs: checks that every entry is free of side effects, and that a bundler drops what a program does
// not import. `sideEffects: false` is hidden from the bundler, so it has to find this out from the code. Run the build first.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import { entriesOf, publishedPackages } from './published.mjs'

/** Largest part of an entry that its smallest export may bring along, if the entry has at least MANY exports. */
const LEAST_PART = 0.1
const MANY = 10

/** Exports of core that do without the state machine, and names of properties that only the state machine has. */
const WITHOUT_STATE_MACHINE = ['json', 'history', 'SseError']
const STATE_MACHINE = ['generation', 'pauseReasons']

const root = fileURLToPath(new URL('..', import.meta.url))
const work = join(root, '.test-results/shaking')
mkdirSync(work, { recursive: true })

// The esbuild that size-limit measures with.
const esbuild = createRequire(createRequire(import.meta.url).resolve('@size-limit/esbuild'))('esbuild')

const packages = publishedPackages(root)
const peers = packages.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}))
const isPeer = (id) => peers.some((peer) => id === peer || id.startsWith(`${peer}/`))
const entries = packages.flatMap((each) =>
  entriesOf(each).map(({ name, file }) => ({
    name,
    file: join(each.folder, file),
    copy: join(work, each.manifest.name, file.replace(/^dist\//, '')),
    peers: Object.keys(each.manifest.peerDependencies ?? {}),
  })),
)
// A copy without its package.json: the bundler does not see `sideEffects: false`.
for (const { folder, manifest } of packages)
  cpSync(join(folder, 'dist'), join(work, manifest.name), { recursive: true })
const alias = entries.map(({ name, copy }) => ({ find: new RegExp(`^${name}$`), replacement: copy }))

/** Returns the code of a program after bundling and minifying. */
async function bundle(program) {
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
  return output.map(({ code = '' }) => code.trim()).join('')
}

/** Returns the code of a program after esbuild has bundled and minified it, with `sideEffects: false` in view. */
async function bundleWithEsbuild(contents) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: work },
    alias: { '@headwater/core': join(root, 'packages/core/dist/index.js') },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0].text
}

const sizeOf = async (program) => (await bundle(program)).length
const use = (name, entry) => `import { ${name} } from '${entry}'; globalThis.used = ${name}`

const problems = []
const globals = () => Reflect.ownKeys(globalThis).map(String)
try {
  for (const { name, file, peers: own } of entries) {
    // Globals of a view library itself do not count.
    for (const peer of own) await import(pathToFileURL(createRequire(file).resolve(peer)).href)
    const before = new Set(globals())
    const names = Object.keys(await import(pathToFileURL(file).href))
    const added = globals().filter((key) => !before.has(key))
    if (added.length > 0) problems.push(`${name} adds ${added.join(', ')} to the global scope.`)
    const rest = await sizeOf(`import '${name}'`)
    // The testing entry of a binding registers a hook of the test runner.
    if (rest > 0 && !/(?<!core)\/testing$/.test(name))
      problems.push(`An import of ${name} without a name leaves ${rest} characters in the bundle.`)
    const all = await sizeOf(`import * as all from '${name}'; globalThis.used = all`)
    const sizes = []
    for (const each of names) sizes.push([await sizeOf(use(each, name)), each])
    const [least, which] = sizes.toSorted(([one], [other]) => one - other)[0]
    if (least > (names.length >= MANY ? LEAST_PART : 1) * all)
      problems.push(`${which} alone brings ${least} of the ${all} characters of ${name}.`)
    console.log(`${name}: ${which} alone is ${least} of ${all} characters`)
  }

  // esbuild drops less than Rolldown: it keeps objects that are built from others at the top level of a module.
  const whole = await bundleWithEsbuild(use('createEventStream', '@headwater/core'))
  for (const property of STATE_MACHINE)
    assert.ok(
      whole.includes(property),
      `The state machine has no ${property}: update scripts/check-shaking.mjs.`,
    )
  for (const name of WITHOUT_STATE_MACHINE) {
    const code = await bundleWithEsbuild(use(name, '@headwater/core'))
    if (STATE_MACHINE.some((property) => code.includes(property)))
      problems.push(`${name} of @headwater/core brings the state machine along: ${code}`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
console.log(problems.length > 0 ? problems.join('\n') : `${entries.length} entries have no side effects.`)
process.exitCode = problems.length > 0 ? 1 : 0
