#!/usr/bin/env node
// node scripts/published-types.mjs: what is published, installed as a user does, and checked by the TypeScript of users,
// under both module resolutions. Only what is ours counts: other people's types have their own troubles.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedPackages } from './published.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const versions = { ts54: '5.4.5', ts59: '5.9.3', ts60: '6.0.3', ts70: '7.0.2' }
const packages = publishedPackages(root).map(({ folder }) => basename(folder))

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
const program = `
import { EventSource } from '@headwater/compat/event-source'
import { fetchEventSource } from '@headwater/compat/fetch-event-source'
import { createEventStream, history, SseError } from '@headwater/core'
import { openai } from '@headwater/core/llm'
import { createParser } from '@headwater/core/parser'
import { createFakeClock } from '@headwater/core/testing'
import { useEventSource } from '@headwater/react'
import { createEventSource } from '@headwater/solid'
import { eventSource, toStore } from '@headwater/svelte'
import { createEventSource as createReactiveEventSource } from '@headwater/svelte/runes'
import { useSSE } from '@headwater/vue'
import { ref } from 'vue'

export const stream = createEventStream('/news', { fold: history(5), clock: createFakeClock() })
export const first: string | undefined = stream.getSnapshot().data[0]?.data
export const price: string | undefined = useEventSource('/price').data
export const list = useSSE(ref('/list'), { fold: history(5) }).data.value[0]!.id.length
const solid = createEventSource(() => undefined, { fold: history(5) })
export const error: SseError | undefined = solid.status === 'waiting' ? solid.error : undefined
toStore(stream).subscribe(({ data }) => data[0]?.id.length)
eventSource('/a').subscribe((snapshot) => snapshot.status === 'waiting' && snapshot.delayMs.toFixed())
export const rune: string | undefined = createReactiveEventSource(() => '/a').data
createParser({ onMessage: (message) => message.data.length })
new EventSource('/a').addEventListener('message', (event) => event.lastEventId.length)
void fetchEventSource('/a', { onmessage: ({ data }) => data.length })
export const answer: string = createEventStream('/a', { fold: openai() }).getSnapshot().data.text
// @ts-expect-error: a misspelt option
useEventSource('/a', { header: {} })
// @ts-expect-error: not a number
export const wrong: number = useSSE('/a').data.value
`

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
        '@types/react': '^19.0.0',
        react: '^19.0.0',
        'solid-js': '^1.9.0',
        svelte: '^5.7.0',
        vue: '^3.5.0',
      },
      devDependencies: Object.fromEntries(aliases),
    }),
  )
  // The bindings ask for a core that is not published yet.
  writeFileSync(
    join(consumer, 'pnpm-workspace.yaml'),
    `pmOnFail: ignore\noverrides:\n${Object.entries(tarballs)
      .map(([name, file]) => `  '${name}': ${file}\n`)
      .join('')}`,
  )
  mkdirSync(join(consumer, 'src'))
  writeFileSync(join(consumer, 'src/page.ts'), program)
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
