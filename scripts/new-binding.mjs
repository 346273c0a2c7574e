#!/usr/bin/env node
// node scripts/new-binding.mjs <name>: the skeleton of one more view library's package, with the conformance suite wired in. Its
// tests run at once, and are red: each says which file is to be written. Green means that the binding keeps the promises.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [name = ''] = process.argv.slice(2)
const folder = join(root, 'packages', name)
const fail = (text) => {
  console.error(`✖ ${text}`)
  process.exit(1)
}
if (!/^[a-z][a-z\d-]*$/.test(name))
  fail('Which view library? pnpm new-binding <name>, in lower case, as npm calls it.')
if (existsSync(folder)) fail(`packages/${name} is there already.`)

const read = (path) => readFileSync(join(root, path), 'utf8')
const manifest = JSON.parse(read('packages/vue/package.json'))
const title = name[0].toUpperCase() + name.slice(1)

// The words that every binding passes on are those of the others.
const [words] = read('packages/vue/src/index.ts').match(/^export \{[^}]*\} from '@headwater\/core'$/m)

const files = {
  'package.json': `${JSON.stringify(
    {
      ...manifest,
      name: `@headwater/${name}`,
      version: JSON.parse(read('packages/core/package.json')).version,
      description: `Server-Sent Events for ${title}`,
      keywords: ['event-stream', 'eventsource', name, 'server-sent events', 'sse', 'streaming'].toSorted(),
      devDependencies: Object.fromEntries(
        ['conformance', 'jsdom', 'tsdown', 'typescript'].map((each) => [
          each,
          manifest.devDependencies[each],
        ]),
      ),
      peerDependencies: undefined,
    },
    undefined,
    2,
  )}\n`,
  'tsconfig.json': read('packages/vue/tsconfig.json'),
  'tsdown.config.ts': read('packages/vue/tsdown.config.ts'),
  'vitest.config.ts': read('packages/vue/vitest.config.ts').replace("name: 'vue'", `name: '${name}'`),
  'README.md': `# @headwater/${name}

Server-Sent Events for ${title}. Not written yet.
`,
  'src/index.ts': `${words}
export { useEventSource } from './use-event-source.ts'
`,
  'src/use-event-source.ts': `import type { BoundStreamOptions, Snapshot, StreamUrl } from '@headwater/core'

/** Shows a stream: what is mounted joins it, and leaves it when it goes. \`bindEventStream\` of core does the sharing. */
export function useEventSource(url: StreamUrl | null | undefined, options: BoundStreamOptions = {}): Snapshot {
  throw new Error(
    \`Not written yet: packages/${name}/src/use-event-source.ts, for \${String(url)} with \${Object.keys(options).length} options\`,
  )
}
`,
  'test/adapter.ts': `import type { Adapter } from 'conformance'

const missing = (what: string): never => {
  throw new Error(\`Not written yet: \${what} with ${title}, in packages/${name}/test/adapter.ts\`)
}

/** How the conformance suite uses ${title}. See packages/conformance/src/adapter.ts, and the adapters of the others. */
export const adapter: Adapter = {
  name: '${title}',
  folder: import.meta.dirname,
  mount: () => missing('mounting a page'),
  hydrate: () => missing('hydrating a page'),
  act: async (work) => {
    await work()
  },
}
`,
  'test/conformance.test.ts': `import { tellStory } from 'conformance'
import { adapter } from './adapter.ts'

tellStory(adapter)
`,
  'test/server.ts': `import type { Page } from 'conformance'

/** Renders a page as a server does, in a process of its own. */
export const render = (page: Page): string => {
  throw new Error(
    \`Not written yet: rendering \${page.asks?.length ?? 0} components on a server, in packages/${name}/test/server.ts\`,
  )
}
`,
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
// How lines are broken depends on the name's length.
spawnSync('pnpm', ['exec', 'oxfmt', folder], { cwd: root, shell: process.platform === 'win32' })

console.log(`packages/${name} is made. Now:

  pnpm install
  pnpm unit --project ${name}   # red: it names what is to be written

1. packages/${name}/package.json: ${title} as a peer dependency, with the range that you will test
2. test/adapter.ts and test/server.ts: how a page is mounted, hydrated and rendered on a server
3. src/use-event-source.ts, until the suite is green
4. oxlint.config.ts (frameworks), knip.json, scripts/check-examples.mjs (paths), .size-limit.json (at most 1 kB beyond core)
5. scripts/matrix.mjs: the lowest and the highest ${title}; consumers/: a project that uses it; README.md: a line, and ten lines
6. pnpm exec changeset, pnpm fix, pnpm check`)
