#!/usr/bin/env node
// Every example in a docstring and in a README is a program that compiles.
// An example in ```ts or ```tsx is taken as it stands; what it declares stays its own.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.test-results/examples')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const sources = globSync(['packages/*/src/**/*.ts', '*.md', 'packages/*/*.md', 'docs/**/*.md'], { cwd: root })
const files = []
for (const source of sources.sort()) {
  const text = readFileSync(join(root, source), 'utf8')
  // In a docstring each line begins with a star.
  const plain = source.endsWith('.md') ? text : text.replaceAll(/^ *\* ?/gm, '')
  for (const [index, [, language, code]] of [...plain.matchAll(/^```(tsx?)\n([\s\S]*?)^```/gm)].entries()) {
    const name = `${source.replaceAll(/[^\w]+/g, '-')}-${index + 1}.${language}`
    writeFileSync(join(folder, name), `${code}\nexport {}\n`)
    files.push(name)
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
    paths: {
      '@headwater/core': source('core'),
      '@headwater/core/parser': source('core', 'parser'),
      '@headwater/core/transport': source('core', 'transport'),
      '@headwater/core/testing': source('core', 'testing/index'),
      '@headwater/compat': source('compat'),
      '@headwater/compat/event-source': source('compat', 'event-source'),
      '@headwater/compat/event-source-polyfill': source('compat', 'event-source-polyfill'),
      '@headwater/compat/fetch-event-source': source('compat', 'fetch-event-source'),
      '@headwater/react': source('react'),
      '@headwater/vue': source('vue'),
      '@headwater/svelte': source('svelte'),
      '@headwater/svelte/runes': source('svelte', 'runes'),
      '@headwater/solid': source('solid'),
      vue: of('vue', 'vue'),
      svelte: of('svelte', 'svelte'),
      'svelte/*': of('svelte', 'svelte/types'),
      'solid-js': of('solid', 'solid-js'),
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
console.log(status === 0 ? `${files.length} examples compile` : 'an example does not compile')
process.exitCode = status === 0 && files.length > 0 ? 0 : 1
