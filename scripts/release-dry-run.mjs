#!/usr/bin/env node
// node scripts/release-dry-run.mjs [--all | name …]: makes two releases from a copy of the work tree, in a registry on loopback.
// Fresh projects install the first release and read real streams: those in consumers/, and `readme-<binding>`, an app made from
// the README of a binding. Nothing is published elsewhere.
import assert from 'node:assert/strict'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import frameworks from '../frameworks.json' with { type: 'json' }
import { addressFields, readAddresses, relativeLinks } from './addresses.mjs'
import { consume, consumerNames } from './consumers.mjs'
import { publishedPackages } from './published.mjs'
import { startRegistry } from './registry.mjs'
import { readmeAppNames, tryReadme } from './readme-app.mjs'
import { copyWorkTree, run } from './work-tree.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
/** Consumers of a run without arguments: fast, and they find most faults. */
const quick = ['node-esm', 'node-require', 'ts-nodenext']
const known = [...consumerNames(), ...readmeAppNames()]
const chosen = args.includes('--all') ? known : args.length > 0 ? args : quick
for (const name of chosen)
  if (!known.includes(name))
    throw new Error(`There is no ${name}. Use --all, or some of: ${known.join(', ')}`)

const work = mkdtempSync(join(tmpdir(), 'headwater-release-'))
const tree = join(work, 'tree')
const failures = []
let passed = 0
async function step(title, action) {
  const start = Date.now()
  try {
    const result = await action()
    passed += 1
    console.log(`✔ ${title}  (${((Date.now() - start) / 1000).toFixed(1)} s)`)
    return result
  } catch (error) {
    failures.push(`${title}\n${error.message}`)
    console.log(`✖ ${title}\n${error.message}`)
    return undefined
  }
}

/** A step without which the rest is pointless. */
async function must(title, action) {
  const before = failures.length
  const result = await step(title, action)
  if (failures.length > before) throw new Error('The release dry run stops here.')
  return result
}

const git = (...args) => run(tree, 'git', ...args)
const release = (...args) => run(tree, process.execPath, 'scripts/release.mjs', ...args)
const manifests = () => publishedPackages(tree).map(({ manifest }) => manifest)

const next = (version, part) => {
  const [major, minor, patch] = version.split('.').map(Number)
  return part === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}
const changeset = (name, kind, text) =>
  writeFileSync(join(tree, '.changeset/dry-run.md'), `---\n'${name}': ${kind}\n---\n\n${text}\n`)

/** Turns a changeset into a new version, which all packages share. */
function makeVersions(kind, name, text) {
  const [before] = manifests()
  changeset(name, kind, text)
  release('version')
  const version = next(before.version, kind)
  for (const manifest of manifests())
    assert.equal(manifest.version, version, `the version of ${manifest.name}`)
  assert.deepEqual(globSync('.changeset/*.md', { cwd: tree }), [], 'changesets that remain')
  for (const { folder, manifest } of publishedPackages(tree)) {
    const [, newest = ''] = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8').split(/^## /m)
    assert.ok(newest.startsWith(version), `the changelog of ${manifest.name} starts with ${newest}`)
    assert.match(newest, /^(- |No changes)/m, `the changelog of ${manifest.name} is empty`)
    const entries = newest.match(/^- (?!Depends on).*/gm) ?? []
    if (before.version === '0.0.0')
      assert.ok(
        entries.length === 1 && entries[0].startsWith('- The first release'),
        `the first changelog of ${manifest.name} is not one entry: ${entries.join(' | ')}`,
      )
    if (manifest.name === name)
      assert.ok(newest.includes(`- ${text}`), `the changelog of ${name} does not contain the changeset`)
  }
  git('add', '--all')
  git('commit', '--quiet', '--message', `Release ${version}`)
  return version
}

function publish(version) {
  const scope = run(tree, 'pnpm', 'config', 'get', '@headwater:registry')
  assert.ok(scope.startsWith('http://127.0.0.1:'), `would publish to ${scope}`)
  const folder = join(work, `packed-${version}`)
  release('pack', folder)
  checkDryPublish(join(folder, 'packages'), version)
  checkBills(version)
  release('publish', folder)
  const tags = git('tag', '--points-at', 'HEAD').split('\n').toSorted()
  assert.deepEqual(
    tags,
    manifests()
      .map(({ name }) => `${name}@${version}`)
      .toSorted(),
    'tags',
  )
}

/** Checks that npm itself would publish each tarball. */
function checkDryPublish(folder, version) {
  const names = globSync('*.tgz', { cwd: folder }).map((file) => {
    const output = run(tree, 'npm', 'publish', '--dry-run', '--json', '--ignore-scripts', join(folder, file))
    const report = Object.values(JSON.parse(output)).find((each) => each?.files) ?? JSON.parse(output)
    assert.equal(report.version, version, file)
    return report.name
  })
  assert.deepEqual(
    names.toSorted(),
    manifests()
      .map(({ name }) => name)
      .toSorted(),
    'npm publish --dry-run',
  )
}

/** Checks that the bill of materials of each package has core alone, or nothing. */
function checkBills(version) {
  const folder = join(work, `bills-${version}`)
  release('sbom', folder)
  const bills = globSync('*.cdx.json', { cwd: folder }).map((file) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')),
  )
  assert.equal(bills.length, manifests().length, 'bills of materials')
  for (const { bomFormat, metadata, components } of bills) {
    assert.equal(bomFormat, 'CycloneDX')
    const { name } = metadata.component
    assert.equal(metadata.component.version, version, name)
    const parts = (components ?? []).map(({ purl }) => decodeURIComponent(purl))
    assert.deepEqual(parts, /^(core|server)$/.test(name) ? [] : [`pkg:npm/@headwater/core@${version}`], name)
  }
}

/** Gives the project addresses, whatever it has now. */
function setAddresses(folder) {
  const addresses = {
    repository: `https://git.example.com/${folder}`,
    site: 'https://headwater.example.com',
  }
  writeFileSync(join(tree, 'addresses.json'), JSON.stringify(addresses))
  run(tree, process.execPath, 'scripts/sync-addresses.mjs', '--write')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'Set the addresses')
}

/** Checks the addresses that users see on npm, and that packing left the work tree as it was. */
async function checkAddresses(registry, version) {
  const addresses = readAddresses(tree)
  for (const { directory, manifest } of publishedPackages(tree)) {
    const { readme, versions } = await registry.read(manifest.name)
    for (const [field, value] of Object.entries(addressFields(addresses, directory)))
      assert.deepEqual(versions[version][field], value, `${field} of ${manifest.name}`)
    assert.ok(readme.includes(`](${addresses.repository}/`), `the README of ${manifest.name} has no link`)
    assert.deepEqual(relativeLinks(readme), [], `relative links in the README of ${manifest.name}`)
  }
  assert.equal(git('status', '--porcelain'), '', 'changes that packing left')
}

/** Returns the manifests in the registry, which users' package managers read. */
async function inRegistry(registry, version) {
  const documents = await Promise.all(manifests().map(({ name }) => registry.read(name)))
  for (const document of documents) {
    assert.equal(document['dist-tags'].latest, version, `the latest version of ${document.name}`)
    const manifest = document.versions[version]
    assert.doesNotMatch(JSON.stringify(manifest), /workspace:|catalog:|@headwater\/source/, document.name)
    for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
      if (name.startsWith('@headwater/'))
        assert.equal(range, `^${version}`, `the range of ${name} in ${document.name}`)
  }
  return new Map(documents.map((document) => [document.name, document.versions[version]]))
}

let registry
try {
  registry = await startRegistry('@headwater', work)
  await must('installs a copy of the work tree', () => copyWorkTree(tree))
  writeFileSync(join(tree, '.git/info/exclude'), '.npmrc\n')
  writeFileSync(join(tree, '.npmrc'), registry.npmrc)
  const first = await must('turns a changeset into one version of all packages, with changelogs', () =>
    makeVersions('minor', '@headwater/core', 'A line for the changelog.'),
  )
  await must('refuses to publish while the project has no repository', () => {
    writeFileSync(join(tree, 'addresses.json'), '{ "repository": null, "site": null }')
    assert.throws(() => release('publish', work), /addresses\.json has no repository/)
    setAddresses('us/headwater')
  })
  await must('packs, publishes and tags the first release, and npm would publish it', () => publish(first))
  const before = await must('publishes ranges that users can install', () => inRegistry(registry, first))
  await step('publishes the addresses of the project', () => checkAddresses(registry, first))
  // Two at a time: each waits for the network about as long as for the processor.
  const waiting = [...chosen]
  const runWaiting = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift())
      if (readmeAppNames().includes(name))
        await step(`${name}: an app made from the README shows live data, reconnecting and failures`, () =>
          tryReadme(name, work, registry.npmrc),
        )
      else
        await step(`${name} installs the release, and its build, tests and page pass`, () =>
          consume(name, work, registry.npmrc),
        )
  }
  await Promise.all([runWaiting(), runWaiting()])
  setAddresses('others/headwater')
  const second = await must('turns a patch of one binding into the next version of all packages', () =>
    makeVersions('patch', `@headwater/${frameworks[0].name}`, 'A patch of a binding.'),
  )
  await must('publishes the second release', () => publish(second))
  await step('updates the ranges of core, and leaves peer ranges and engines unchanged', async () => {
    const after = await inRegistry(registry, second)
    for (const [name, manifest] of before) {
      assert.deepEqual(after.get(name).peerDependencies, manifest.peerDependencies, `peers of ${name}`)
      assert.deepEqual(after.get(name).engines, manifest.engines, `engines of ${name}`)
    }
  })
  await step('publishes the new addresses, and absolute links in READMEs', () =>
    checkAddresses(registry, second),
  )
  await step('publishes a canary only under its own dist-tag', async () => {
    changeset('@headwater/core', 'minor', 'Not released yet.')
    git('add', '--all')
    git('commit', '--quiet', '--message', 'Change something')
    release('canary')
    for (const { name } of manifests()) {
      const { 'dist-tags': tags } = await registry.read(name)
      assert.equal(tags.latest, second, `the latest version of ${name}`)
      assert.match(tags.canary, /^0\.0\.0-canary-\d+$/, `the canary of ${name}`)
    }
    assert.equal(git('tag', '--points-at', 'HEAD'), '', 'tags')
  })
  await step(
    'updates users of the first release to the second, with one copy of core and its address in errors',
    () => {
      const project = join(work, 'second')
      mkdirSync(project)
      const names = manifests().map(({ name }) => name)
      const dependencies = Object.fromEntries(names.map((name) => [name, `^${first}`]))
      writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }))
      writeFileSync(join(project, '.npmrc'), registry.npmrc)
      const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps']
      run(project, 'npm', 'install', ...flags)
      const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'))
      const ours = Object.entries(packages).filter(([path]) => path.includes('@headwater/'))
      assert.equal(ours.length, names.length, ours.map(([path]) => path).join(' '))
      for (const [path, { version }] of ours) assert.equal(version, second, path)
      const code = `import { SseError } from '@headwater/core'; console.log(new SseError('network', 'Gone.').message)`
      assert.equal(
        run(project, process.execPath, '--input-type=module', '--eval', code),
        'Gone. See https://headwater.example.com/errors/network.',
      )
    },
  )
} catch (error) {
  if (failures.length === 0) failures.push(error.message)
  console.log(`✖ ${error.message}`)
} finally {
  await registry?.close()
  if (process.env['KEEP']) console.log(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true })
}
mkdirSync(join(root, '.test-results'), { recursive: true })
writeFileSync(
  join(root, '.test-results/release-dry-run.json'),
  JSON.stringify({ passed, failed: failures.length, failures }),
)
console.log(`\nrelease dry run: ${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
