#!/usr/bin/env node
// node scripts/published-types.mjs: packs the packages, installs them in a project, and compiles `test/published-types.ts` of each
// package there, under every supported TypeScript and both module resolutions. Errors in the types of other packages do not count.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedPackages } from './published.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const versions = { ts54: '5.4.5', ts59: '5.9.3', ts60: '6.0.3', ts70: '7.0.2' }
const published = publishedPackages(root)
const packages = published.map(({ folder }) => basename(folder))

const run = (command, args, cwd) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  return { ok: status === 0, text: `${stdout}${stderr}` }
}
const must = (command, args, cwd) => {
  const { ok, text } = run(command, args, cwd)
  if (!ok) throw new Error(`${command} ${args.join(' ')}\n${text}`)
}

const consumer = mkdtempSync(join(tmpdir(), 'headwater-consumer-'))
const failures = []

/** Returns the installed versions of a package's peers and of their types, as dependencies of the consumer. */
function peersOf({ folder, manifest }) {
  const names = Object.keys(manifest.peerDependencies ?? {}).flatMap((peer) => [peer, `@types/${peer}`])
  return names
    .map((name) => [name, join(folder, 'node_modules', name, 'package.json')])
    .filter(([, path]) => existsSync(path))
    .map(([name, path]) => [name, JSON.parse(readFileSync(path, 'utf8')).version])
}

try {
  must(
    'pnpm',
    ['exec', 'turbo', 'run', 'build', ...packages.map((name) => `--filter=./packages/${name}`)],
    root,
  )
  for (const name of packages)
    must('pnpm', ['pack', '--pack-destination', consumer], join(root, 'packages', name))
  const tarballs = Object.fromEntries(
    packages.map((name) => [
      `@headwater/${name}`,
      `file:./${globSync(`headwater-${name}-*.tgz`, { cwd: consumer })[0]}`,
    ]),
  )
  const aliases = Object.entries(versions).map(([alias, version]) => [alias, `npm:typescript@${version}`])
  writeFileSync(
    join(consumer, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: {
        ...tarballs,
        ...Object.fromEntries(published.flatMap(peersOf)),
      },
      devDependencies: Object.fromEntries(aliases),
    }),
  )
  // The bindings depend on a core that is not published yet.
  writeFileSync(
    join(consumer, 'pnpm-workspace.yaml'),
    `pmOnFail: ignore\noverrides:\n${Object.entries(tarballs)
      .map(([name, file]) => `  '${name}': ${file}\n`)
      .join('')}`,
  )
  mkdirSync(join(consumer, 'src'))
  for (const name of packages) {
    const program = join(root, 'packages', name, 'test/published-types.ts')
    if (existsSync(program)) copyFileSync(program, join(consumer, `src/${name}.ts`))
  }
  must('pnpm', ['install', '--ignore-scripts', '--prefer-offline', '--no-frozen-lockfile'], consumer)

  for (const [alias, version] of Object.entries(versions))
    for (const [module, moduleResolution] of [
      ['ESNext', 'bundler'],
      ['NodeNext', 'nodenext'],
    ]) {
      writeFileSync(
        join(consumer, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            target: 'ES2022',
            lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'].filter(
              (lib) => version >= '5.5' || lib !== 'DOM.AsyncIterable',
            ),
            module,
            moduleResolution,
            strict: true,
            exactOptionalPropertyTypes: true,
            noEmit: true,
            skipLibCheck: false,
            types: [],
          },
          include: ['src'],
        }),
      )
      const { ok, text } = run(
        process.execPath,
        [join(consumer, `node_modules/${alias}/bin/tsc`), '-p', '.'],
        consumer,
      )
      if (!ok && !text.includes('error TS')) throw new Error(text)
      const ours = text.split('\n').filter((line) => /^src\/|@headwater|^error/.test(line))
      console.log(`${ours.length === 0 ? '✔' : '✖'} TypeScript ${version}, ${moduleResolution}`)
      if (ours.length > 0) failures.push(ours.join('\n'))
    }
} finally {
  rmSync(consumer, { recursive: true, force: true })
}
console.log(failures.join('\n'))
process.exitCode = failures.length === 0 ? 0 : 1
