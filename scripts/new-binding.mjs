#!/usr/bin/env node
// node scripts/new-binding.mjs <name> [npm package]: creates the package of a binding for another view library, and lists it in
// frameworks.json. The package builds, and its conformance tests run: each failure names the file to write.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import frameworks from '../frameworks.json' with { type: 'json' }
import { fillTemplate } from './readme/document.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [name = '', npm = name] = process.argv.slice(2)
const folder = join(root, 'packages', name)
const fail = (text) => {
  console.error(`✖ ${text}`)
  process.exit(1)
}
if (!/^[a-z][a-z\d-]*$/.test(name))
  fail('Usage: pnpm new-binding <name> [npm package], for example: pnpm new-binding solid solid-js')
if (existsSync(folder)) fail(`packages/${name} exists already.`)

const read = (path) => readFileSync(join(root, path), 'utf8')
const title = name[0].toUpperCase() + name.slice(1)
const framework = { name, title, npm, hook: 'useEventSource' }
const { peerDependencies: _, ...manifest } = JSON.parse(read('packages/vue/package.json'))
const { version } = JSON.parse(read('packages/core/package.json'))
const devDependencies = ['conformance', 'jsdom', 'tsdown', 'typescript']

/** The re-exports from core, which are the same in all bindings. */
const [reexports] = read('packages/vue/src/index.ts').match(/^export \{[^}]*\} from '@headwater\/core'$/m)

const files = {
  'package.json': `${JSON.stringify(
    {
      ...manifest,
      name: `@headwater/${name}`,
      version,
      description: `Server-Sent Events for ${title}`,
      keywords: ['event-stream', 'eventsource', name, 'server-sent events', 'sse', 'streaming'].toSorted(),
      devDependencies: Object.fromEntries(
        devDependencies.map((dependency) => [dependency, manifest.devDependencies[dependency]]),
      ),
    },
    undefined,
    2,
  )}\n`,
  'tsconfig.json': read('packages/vue/tsconfig.json'),
  'tsdown.config.ts': read('packages/vue/tsdown.config.ts'),
  'vitest.config.ts': read('packages/react/vitest.config.ts').replace("name: 'react'", `name: '${name}'`),
  'README.md': fillTemplate(read('scripts/readme/new-binding.md'), {
    ...framework,
    package: `@headwater/${name}`,
  }),
  'CHANGELOG.md': `# @headwater/${name}\n\nVersion ${version} was not published.\n`,
  'matrix.json': '[]\n',
  'src/index.ts': `${reexports}\nexport { useEventSource } from './use-event-source.ts'\n`,
  'src/llm.ts': read('packages/vue/src/llm.ts'),
  'src/tabs.ts': read('packages/vue/src/tabs.ts'),
  'src/testing.ts': read('packages/vue/src/testing.ts').replaceAll('@headwater/vue', `@headwater/${name}`),
  'src/stream-scope.ts': `import { createScope, type Scope } from '@headwater/core'

/** Default for the page. */
export const pageScope: Scope = /* @__PURE__ */ createScope()
`,
  'src/use-event-source.ts': `import type { BoundStreamOptions, Snapshot, StreamUrl } from '@headwater/core'

/** Opens an event stream while the component is mounted. \`bindEventStream\` of core shares the connection. */
export function useEventSource(url: StreamUrl | null | undefined, options: BoundStreamOptions = {}): Snapshot {
  throw new Error(
    \`Not written yet: packages/${name}/src/use-event-source.ts (\${String(url)}, \${Object.keys(options).join()})\`,
  )
}
`,
  'test/adapter.ts': `import type { Adapter } from 'conformance'

const notWritten = (task: string): never => {
  throw new Error(\`Not written yet: \${task} in packages/${name}/test/adapter.ts\`)
}

/** Tells the conformance suite how to use ${title}: see packages/conformance/src/adapter.ts and the adapters of other bindings. */
export const adapter: Adapter = {
  name: '${title}',
  url: import.meta.url,
  mount: () => notWritten('mounting a page'),
  hydrate: () => notWritten('hydrating a page'),
  act: async (work) => {
    await work()
  },
}
`,
  'test/conformance.test.ts': read('packages/vue/test/conformance.test.ts'),
  'test/server.ts': `import type { Page } from 'conformance'

/** Renders a page to HTML, as a server does. The suite calls it in another process. */
export const render = (page: Page): string => {
  throw new Error(\`Not written yet: rendering \${JSON.stringify(page)} in packages/${name}/test/server.ts\`)
}
`,
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const rows = [...frameworks, framework].map(
  (each) => `  ${JSON.stringify(each, undefined, 1).replaceAll(/\s+/g, ' ')}`,
)
writeFileSync(join(root, 'frameworks.json'), `[\n${rows.join(',\n')}\n]\n`)
spawnSync('pnpm', ['exec', 'oxfmt', folder, 'frameworks.json'], {
  cwd: root,
  shell: process.platform === 'win32',
})

console.log(`Created packages/${name}, and added it to frameworks.json. Next:

  pnpm install
  pnpm exec vitest run --project=${name}   # fails: each message names what to write

1. packages/${name}/package.json: ${npm} as a peer dependency, with the range that you will test, and as a dev dependency
2. test/adapter.ts and test/server.ts: mount, hydrate and render a page
3. src/use-event-source.ts, until the conformance suite passes
4. matrix.json: the lowest and the highest version of ${npm}; test/published-types.ts: a few lines that use the types
5. apps/${name}: the demo page, with card.html for the gallery
6. examples/ and test/examples.test.ts: the examples of the README, and the suite that runs them; README.md names them in marks
7. pnpm exec changeset, pnpm fix, pnpm check`)
