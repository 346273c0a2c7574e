#!/usr/bin/env node
// Every example in a docstring and in a README is a program that compiles: TypeScript and JSX as they stand, Vue's and
// Svelte's components by their own compilers first. What an example declares stays its own.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.test-results/examples')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const from = (binding) => createRequire(join(root, `packages/${binding}/package.json`))

/** What a component says in TypeScript. */
const compilers = {
  vue(code) {
    const { parse, compileScript } = from('vue')('vue/compiler-sfc')
    const { descriptor, errors } = parse(code)
    if (errors.length > 0) throw errors[0]
    // The template has to compile, too; what it becomes has lost what TypeScript knows by the status.
    compileScript(descriptor, { id: 'example', inlineTemplate: true })
    return compileScript(descriptor, { id: 'example' }).content
  },
  svelte(code) {
    const { warnings } = from('svelte')('svelte/compiler').compile(code, { generate: 'client' })
    if (warnings.length > 0) throw new Error(warnings[0].message)
    return code.match(/<script[^>]*>([\s\S]*?)<\/script>/)?.[1] ?? ''
  },
}

/** Solid's JSX has types of its own. */
const pragma = (code) => (/@headwater\/solid|solid-js/.test(code) ? '/** @jsxImportSource solid-js */\n' : '')

const sources = globSync(['packages/*/src/**/*.ts', '*.md', 'packages/*/*.md', 'docs/**/*.md'], { cwd: root })
const files = []
const problems = []
for (const source of sources.filter((path) => !path.endsWith('CHANGELOG.md')).sort()) {
  const text = readFileSync(join(root, source), 'utf8')
  // In a docstring each line begins with a star.
  const plain = source.endsWith('.md') ? text : text.replaceAll(/^ *\* ?/gm, '')
  const blocks = [...plain.matchAll(/^```(tsx?|jsx?|vue|svelte)\n([\s\S]*?)^```/gm)]
  for (const [index, [, language, code]] of blocks.entries()) {
    const compile = compilers[language]
    const name = `${source.replaceAll(/[^\w]+/g, '-')}-${index + 1}.${compile ? 'ts' : language}`
    try {
      writeFileSync(join(folder, name), `${pragma(code)}${compile ? compile(code) : code}\nexport {}\n`)
      files.push(name)
    } catch (error) {
      problems.push(`${source}, example ${index + 1} (${language}): ${error.message}`)
    }
  }
}

const source = (name, file = 'index') => [`../../packages/${name}/src/${file}.ts`]
const of = (binding, name) => [`../../packages/${binding}/node_modules/${name}`]
const types = (name) => [`../../packages/react/node_modules/@types/${name}`]
const config = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    jsx: 'react-jsx',
    types: [],
    // An excerpt in JavaScript has names from elsewhere: it only has to be well-formed.
    allowJs: true,
    checkJs: false,
    paths: {
      '@headwater/core': source('core'),
      '@headwater/core/parser': source('core', 'parser'),
      '@headwater/core/transport': source('core', 'transport'),
      '@headwater/core/llm': source('core', 'llm/index'),
      '@headwater/core/testing': source('core', 'testing/index'),
      '@headwater/compat': source('compat'),
      '@headwater/compat/event-source': source('compat', 'event-source'),
      '@headwater/compat/event-source-polyfill': source('compat', 'event-source-polyfill'),
      '@headwater/compat/fetch-event-source': source('compat', 'fetch-event-source'),
      '@headwater/react': source('react'),
      '@headwater/react/llm': source('react', 'llm'),
      '@headwater/vue': source('vue'),
      '@headwater/vue/llm': source('vue', 'llm'),
      '@headwater/svelte': source('svelte'),
      '@headwater/svelte/llm': source('svelte', 'llm'),
      '@headwater/svelte/runes': source('svelte', 'runes'),
      '@headwater/solid': source('solid'),
      '@headwater/solid/llm': source('solid', 'llm'),
      vue: of('vue', 'vue'),
      svelte: of('svelte', 'svelte'),
      'svelte/*': of('svelte', 'svelte/types'),
      'solid-js': of('solid', 'solid-js'),
      'solid-js/*': of('solid', 'solid-js/*'),
      react: types('react'),
      'react/jsx-runtime': types('react/jsx-runtime'),
      'react-dom/client': types('react-dom/client'),
    },
  },
  files,
}
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config, undefined, 2))
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' })
for (const problem of problems) console.log(problem)
const ok = status === 0 && problems.length === 0 && files.length > 0
console.log(ok ? `${files.length} examples compile` : 'an example does not compile')
process.exitCode = ok ? 0 : 1
