#!/usr/bin/env node
// node scripts/sync-readme.mjs [--write]: checks that the generated parts of the READMEs are up to date; with --write, updates them.
// Run the build first: sizes are measured in `dist`.
//
// - README.md and README.zh-CN.md: sizes (from size-limit), speed (from bench/README.md), engines (from engines/report.json) and the comparison with other clients
//   (from the READMEs of the bindings). Both languages must have the same examples.
// - packages/*/README.md: the sections that all bindings share (from scripts/readme/binding.md), and sizes in tables of imports.
//   README.md and core's README have those of the same sections that they mark.
// - The code of the example files that the READMEs, and the pages about servers, name in marks: `<!-- examples/price.tsx -->`.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedPackages } from './published.mjs'
import {
  blockNames,
  exampleBlock,
  examplesOf,
  fillTemplate,
  isExampleFile,
  readBlock,
  replaceBlock,
} from './readme/document.mjs'
import { comparisonTable, enginesTable, parserTable, sizeLine, sizesTable } from './readme/tables.mjs'

const root = new URL('..', import.meta.url)
const write = process.argv.includes('--write')
const read = (path) => readFileSync(new URL(path, root), 'utf8')
const readJson = (path) => JSON.parse(read(path))

const frameworks = readJson('frameworks.json')
const chinese = readJson('scripts/readme/zh-CN.json')
const template = read('scripts/readme/binding.md')
/** The sections that all bindings share. */
const sections = Object.fromEntries(blockNames(template).map((name) => [name, readBlock(template, name)]))
/** Those of them that name no binding. README.md and core's README may have them, too. */
const generalSections = Object.fromEntries(
  Object.entries(sections).filter(([, section]) => !section.includes('{{')),
)
const published = publishedPackages()
const problems = []

const sizes = measureSizes()
updateReadme('README.md', (text) => text)
updateReadme('README.zh-CN.md', translateToChinese)
for (const path of ['docs/servers/index.md', 'docs/zh/servers/index.md'])
  updateBlocks(path, read(path), {}, [])
compareExamples('README.md', 'README.zh-CN.md')
compareExamples('docs/servers/index.md', 'docs/zh/servers/index.md')
for (const { folder } of published) updatePackageReadme(basename(folder))

console.log(problems.length > 0 ? problems.join('\n') : 'The READMEs are up to date, in both languages.')
process.exitCode = problems.length > 0 ? 1 : 0

/** Measures each import of .size-limit.mjs: its entry, its parts, and what it adds to a page. */
function measureSizes() {
  const program = fileURLToPath(new URL('node_modules/size-limit/bin.js', root))
  const { stdout, stderr } = spawnSync(process.execPath, [program, '--json'], { cwd: root, encoding: 'utf8' })
  let measured
  try {
    measured = JSON.parse(stdout)
  } catch {
    throw new Error(`size-limit failed. Run \`pnpm build\` first.\n${stdout}${stderr}`)
  }
  return measured.map(({ name, size }) => {
    const [entry, parts] = name.split(': ')
    return { entry, parts: parts.split(', '), size: `${(size / 1000).toFixed(1)} kB` }
  })
}

function translateToChinese(text) {
  if (!Object.hasOwn(chinese, text))
    throw new Error(`scripts/readme/zh-CN.json has no Chinese for "${text}". Add it.`)
  return chinese[text]
}

/** Updates the tables and shared sections of the main README in one language. */
function updateReadme(path, translate) {
  const bindings = frameworks.map(({ name, title }) => ({
    title,
    readme: read(`packages/${name}/README.md`),
  }))
  const isTranslated = (text) => Object.hasOwn(chinese, text)
  const document = read(path)
  const tables = {
    'size-line': sizeLine(sizes, translate),
    sizes: sizesTable(sizes, translate),
    comparison: comparisonTable(bindings, translate, isTranslated),
    engines: enginesTable(readJson('engines/report.json'), translate),
    parser: parserTable(read('bench/README.md'), translate),
  }
  updateBlocks(path, document, { ...generalSections, ...tables }, Object.keys(tables))
}

function compareExamples(original, translation) {
  const [english, translated] = [original, translation].map((path) => examplesOf(read(path)).join('\n'))
  if (english !== translated)
    problems.push(`The examples of ${translation} differ from those of ${original}. Copy them.`)
}

/** Updates the README of a package: the sections that bindings share, and sizes in rows that import an entry. */
function updatePackageReadme(folder) {
  const path = `packages/${folder}/README.md`
  const framework = frameworks.find(({ name }) => name === folder)
  const contents = framework
    ? sectionsFor(framework)
    : { ...generalSections, 'size-line': sizeLine(sizes, (text) => text) }
  updateBlocks(path, updateSizes(read(path)), contents, framework ? Object.keys(contents) : [])
}

/** Returns the sections that all bindings share, filled in for one of them. */
function sectionsFor(framework) {
  const name = `@headwater/${framework.name}`
  const values = {
    ...framework,
    package: name,
    size: sizeOf(name),
    coreSize: sizeOf('@headwater/core'),
  }
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => [name, fillTemplate(section, values)]),
  )
}

/** Returns the size of the first import of an entry. */
function sizeOf(entry) {
  return sizes.find((each) => each.entry === entry)?.size ?? '?'
}

function updateSizes(document) {
  const row = /^(\|.*from '(@headwater\/[^']+)'.*\| *)\d+\.\d kB( *\|)$/gm
  return document.replace(row, (_, start, entry, end) => start + sizeOf(entry) + end)
}

/** Puts content into the blocks of a document. Reports blocks that are required and missing. */
function updateBlocks(path, document, contents, required) {
  const present = blockNames(document)
  for (const name of required)
    if (!present.includes(name))
      problems.push(`${path} has no marks <!-- ${name} --> and <!-- /${name} -->. Add them.`)
  const blocks = { ...contents, ...exampleBlocks(path, present) }
  const names = present.filter((name) => Object.hasOwn(blocks, name))
  const after = names.reduce((text, name) => replaceBlock(text, name, blocks[name]), document)
  save(path, format(after, path))
}

/** Returns the blocks of the example files that a document names. */
function exampleBlocks(path, names) {
  return Object.fromEntries(
    names.filter(isExampleFile).map((name) => [name, exampleBlock(name, read(join(dirname(path), name)))]),
  )
}

/** Writes a file that has changed; without --write, reports it. */
function save(path, text) {
  if (text === read(path)) return
  if (write) writeFileSync(new URL(path, root), text)
  else problems.push(`${path} is out of date. Run \`pnpm fix\` to update it.`)
}

/** Formats text as oxfmt does, which also aligns tables. */
function format(text, path) {
  const program = fileURLToPath(new URL('node_modules/oxfmt/bin/oxfmt', root))
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, `--stdin-filepath=${path}`], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`oxfmt could not format ${path}.\n${stderr}`)
  return stdout
}
