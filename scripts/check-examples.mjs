#!/usr/bin/env node
// node scripts/check-examples.mjs: compiles every example in a doc comment or a Markdown file against the sources, except those that
// come from a TypeScript file in `examples/`: the type check of the package compiles that file. An example
// that uses a binding is compiled in that binding's folder, with its view library and its JSX settings. A language other than
// TypeScript and JavaScript, such as `vue`, is translated by `packages/<language>/test/compile-example.mjs`.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import frameworks from '../frameworks.json' with { type: 'json' }
import { entriesOf, publishedPackages } from './published.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, '.test-results/examples')
const folderOf = (name) => join(root, 'packages', name, '.test-results/examples')
const folders = [main, ...frameworks.map(({ name }) => folderOf(name))]
for (const folder of folders) rmSync(folder, { recursive: true, force: true })

/** Functions that turn a component into TypeScript, by language. */
const compilers = {}
const jsxImportSources = {}
for (const { name } of frameworks) {
  const compiler = join(root, 'packages', name, 'test/compile-example.mjs')
  if (existsSync(compiler)) compilers[name] = (await import(pathToFileURL(compiler).href)).compile
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'packages', name, 'tsconfig.json'), 'utf8'))
  jsxImportSources[name] = compilerOptions?.jsxImportSource
}

/** The view library that an example imports, or whose language it is written in. */
const frameworkOf = (language, code) =>
  frameworks.find(
    ({ name, npm }) =>
      name === language || new RegExp(`from '(@headwater/${name}|${npm})(/[^']*)?'`).test(code),
  )?.name

/** Removes the blocks of a document that have the code of a TypeScript file. */
const withoutFiles = (text) => text.replaceAll(/<!-- (\S+\.tsx?) -->[\s\S]*?<!-- \/\1 -->/g, '')

const languages = ['tsx?', 'jsx?', ...Object.keys(compilers)].join('|')
const sources = globSync(['packages/*/src/**/*.ts', '*.md', 'packages/*/*.md', 'docs/**/*.md'], {
  cwd: root,
  exclude: ['**/node_modules/**', 'docs/.*/**', 'docs/reference/**', 'docs/zh/reference/**'],
})
const files = []
const problems = []
for (const source of sources.filter((path) => !path.endsWith('CHANGELOG.md')).sort()) {
  const text = readFileSync(join(root, source), 'utf8')
  // Each line of a doc comment begins with a star.
  const plain = source.endsWith('.md') ? withoutFiles(text) : text.replaceAll(/^ *\* ?/gm, '')
  // A block in a group of tabs has its label after the language.
  const blocks = [
    ...plain.matchAll(new RegExp(`^\`\`\`(${languages})(?: [^\\n]*)?\\n([\\s\\S]*?)^\`\`\``, 'gm')),
  ]
  for (const [index, [, language, code]] of blocks.entries()) {
    const compile = compilers[language]
    const framework = frameworkOf(language, code)
    const jsx = jsxImportSources[framework]
    const name = `${source.replaceAll(/[^\w]+/g, '-')}-${index + 1}.${compile ? 'ts' : language}`
    const file = join(framework ? folderOf(framework) : main, name)
    try {
      const pragma = jsx ? `/** @jsxImportSource ${jsx} */\n` : ''
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${pragma}${compile ? compile(code) : code}\nexport {}\n`)
      files.push(relative(main, file))
    } catch (error) {
      problems.push(`${source}, example ${index + 1} (${language}): ${error.message}`)
    }
  }
}

/** The sources behind every entry of the published packages. */
const paths = Object.fromEntries(
  publishedPackages(root)
    .flatMap(entriesOf)
    .map(({ name, package: folder, source }) => [name, [`../../packages/${folder}/${source}`]]),
)
const config = {
  extends: '../../tsconfig.base.json',
  // An excerpt in JavaScript may use names from elsewhere, so only its syntax is checked.
  compilerOptions: { jsx: 'react-jsx', types: ['node'], allowJs: true, checkJs: false, paths },
  files,
}
mkdirSync(main, { recursive: true })
// A test in the documentation imports a component that is a file of its own.
const components = Object.keys(compilers).map(
  (language) => `declare module '*.${language}' {\n  const component: any\n  export default component\n}\n`,
)
writeFileSync(join(main, 'components.d.ts'), components.join(''))
files.push('components.d.ts')
writeFileSync(join(main, 'tsconfig.json'), JSON.stringify(config, undefined, 2))
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', main], { stdio: 'inherit' })
for (const problem of problems) console.log(problem)
const ok = status === 0 && problems.length === 0 && files.length > 0
console.log(ok ? `${files.length} examples compile` : 'an example does not compile')
process.exitCode = ok ? 0 : 1
