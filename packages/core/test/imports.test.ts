import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
let folder: string
/** Lines that lint refuses, such as `a.ts:1`. */
let refusedLines: string[]

const core = 'packages/core/src'
const from = (path: string) => `export * from '${path}'`
const lines = (count: number) => `export function long() {\n${'  void 0\n'.repeat(count - 2)}}\n`

/** A title, a file, and code for this file: one line, or a whole file. */
type Case = [title: string, file: string, code: string]

const refused: Case[] = [
  ['platform that imports the protocol', `${core}/platform/page.ts`, from('../protocol/message.ts')],
  ['the protocol that imports platform', `${core}/protocol/parser.ts`, from('../platform/clock.ts')],
  ['the protocol that imports the options', `${core}/protocol/parser.ts`, from('../options.ts')],
  ['connection that imports stream', `${core}/connection/connection.ts`, from('../stream/contract.ts')],
  ['a fold that imports llm', `${core}/stream/folds/history.ts`, from('../../llm/answer.ts')],
  ['llm that imports the connection', `${core}/llm/openai.ts`, from('../connection/connection.ts')],
  ['llm that imports the stream itself', `${core}/llm/openai.ts`, from('../stream/event-stream.ts')],
  [
    'the relay between tabs that imports the connection',
    `${core}/tabs/ring.ts`,
    from('../connection/connection.ts'),
  ],
  [
    'the relay between tabs that imports the stream itself',
    `${core}/tabs/ring.ts`,
    from('../stream/event-stream.ts'),
  ],
  ['navigator in the relay between tabs', `${core}/tabs/ring.ts`, 'void navigator.onLine'],
  [
    'the connection that imports the relay between tabs',
    `${core}/connection/attempt.ts`,
    from('../tabs/ring.ts'),
  ],
  ['the test kit that imports the page', `${core}/testing/fake-clock.ts`, from('../platform/page.ts')],
  ['the errors that import anything', `${core}/errors.ts`, from('./options.ts')],
  ['a core file that imports the index', `${core}/llm/openai.ts`, from('../index.ts')],
  ['a core file that imports the index of its folder', `${core}/protocol/parser.ts`, from('./index.ts')],
  ['a core file that imports a package', `${core}/stream/folds/fold.ts`, from('react')],
  ['a core file that imports a module of Node', `${core}/stream/decode.ts`, from('node:fs')],
  ['a core file that leaves its package', `${core}/stream/decode.ts`, from('../../../react/src/index.ts')],
  ['fetch outside the transport', `${core}/connection/connection.ts`, "void fetch('/')"],
  ['a timer outside the clock', `${core}/connection/connection.ts`, 'void setTimeout(() => {}, 1)'],
  ['Date outside the clock', `${core}/connection/transition.ts`, 'void Date.now()'],
  ['Date in the page', `${core}/platform/page.ts`, 'void Date.now()'],
  [
    'the main entry of the server that imports a module of Node',
    'packages/server/src/feed.ts',
    from('node:fs'),
  ],
  [
    'the main entry of the server that imports a log of Node',
    'packages/server/src/feed.ts',
    from('./sqlite.ts'),
  ],
  ['the answers of the server that use Node', 'packages/server/src/answers/run.ts', 'void Buffer.from([])'],
  ['the main entry of the server that uses Node', 'packages/server/src/feed.ts', 'void Buffer.from([])'],
  ['random numbers outside the clock', `${core}/connection/transition.ts`, 'void Math.random()'],
  ['document outside platform', `${core}/stream/event-stream.ts`, 'void document.title'],
  ['navigator outside platform', `${core}/connection/transition.ts`, 'void navigator.onLine'],
  ['fetch in llm', `${core}/llm/openai.ts`, "void fetch('/')"],
  ['a timer in a binding', 'packages/react/src/index.ts', 'void setTimeout(() => {}, 1)'],
  ['AbortController in a binding', 'packages/react/src/index.ts', 'void new AbortController()'],
  ['a binding that imports another binding', 'packages/react/src/index.ts', from('@headwater/vue')],
  ['a binding that imports another view library', 'packages/react/src/index.ts', from('vue')],
  ['a binding that imports the transport', 'packages/react/src/index.ts', from('@headwater/core/transport')],
  ['a drop-in that imports a binding', 'packages/compat/src/index.ts', from('@headwater/react')],
  ['a timer in a drop-in', 'packages/compat/src/index.ts', 'void setTimeout(() => {}, 1)'],
  ['an app that imports two bindings', 'apps/react/src/app.ts', from('@headwater/vue')],
  ['an app that imports a dependency of demo-shared', 'apps/solid/src/app.ts', from('nanostores')],
  ['a view library in demo-shared', 'apps/shared/src/watch.ts', from('vue')],
  ['a binding in demo-shared', 'apps/shared/src/watch.ts', from('@headwater/react')],
  [
    'an app that imports a value from core',
    'apps/react/src/app.ts',
    "import { latest } from '@headwater/core'",
  ],
  ['a function of 81 lines', `${core}/stream/too-long.ts`, lines(81)],
]

const allowed: Case[] = [
  ['the protocol that imports the errors', `${core}/protocol/parser.ts`, from('../errors.ts')],
  ['connection that imports the protocol', `${core}/connection/connection.ts`, from('../protocol/parser.ts')],
  ['a fold that imports its folder', `${core}/stream/folds/history.ts`, from('./fold.ts')],
  ['a fold that imports the decoders', `${core}/stream/folds/history.ts`, from('../decode.ts')],
  ['llm that imports the folds', `${core}/llm/openai.ts`, from('../stream/folds/fold.ts')],
  [
    'the relay between tabs that imports the transport',
    `${core}/tabs/ring.ts`,
    from('../connection/transport.ts'),
  ],
  ['the index that imports every layer', `${core}/index.ts`, from('./stream/folds/history.ts')],
  ['fetch in the transport', `${core}/connection/transport.ts`, "void fetch('/')"],
  ['a timer in the clock', `${core}/platform/clock.ts`, 'void setTimeout(() => {}, 1)'],
  ['document in the page', `${core}/platform/page.ts`, 'void document.title'],
  ['a binding that imports core', 'packages/react/src/index.ts', from('@headwater/core')],
  ['a binding that imports its view library', 'packages/solid/src/index.ts', from('solid-js/store')],
  [
    'an app that imports types from core',
    'apps/react/src/app.ts',
    "import type { Message } from '@headwater/core'",
  ],
  ['a function of 80 lines', `${core}/stream/long.ts`, lines(80)],
]

/** Code of each file, made of the cases for it. A case is found by its line. */
const files = new Map<string, string[]>()
const lineOf = ([, file, code]: Case) => `${file}:${files.get(file)!.indexOf(code) + 1}`
for (const [, file, code] of [...refused, ...allowed]) files.set(file, [...(files.get(file) ?? []), code])

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-lint-'))
  // The configuration imports oxlint.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const file of ['oxlint.config.ts', 'frameworks.json'])
    copyFileSync(join(root, file), join(folder, file))
  for (const [file, code] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), code.join('\n'))
  }
  const args = [
    join(root, 'node_modules/oxlint/bin/oxlint'),
    '-c',
    'oxlint.config.ts',
    '-f',
    'unix',
    'packages',
    'apps',
  ]
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder, timeout: 20_000 })
  refusedLines = [
    ...stdout.matchAll(/^(\S+?:\d+):\d+: .*\((?:no-restricted-\w+|max-lines-per-function)\)/gm),
  ].map(([, line]) => line!)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(refused)('refuses %s', (...each) => {
  expect(refusedLines).toContain(lineOf(each))
})

test.each(allowed)('allows %s', (...each) => {
  expect(refusedLines).not.toContain(lineOf(each))
})
