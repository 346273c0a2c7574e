import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-lint-'))
  // The configuration imports oxlint.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const file of ['oxlint.config.ts', 'frameworks.json'])
    copyFileSync(join(root, file), join(folder, file))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function lint(file: string, source: string): string {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, source)
  const bin = join(root, 'node_modules/oxlint/bin/oxlint')
  const args = [bin, '-c', join(folder, 'oxlint.config.ts'), '-f', 'unix', path]
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    cwd: folder,
    timeout: 20_000,
  })
  return stdout + stderr
}

const core = 'packages/core/src'
const from = (path: string) => `export * from '${path}'`
const lines = (count: number) => `export function long() {\n${'  void 0\n'.repeat(count - 2)}}\n`

test.each([
  ['platform that imports the protocol', `${core}/platform/page.ts`, from('../protocol/message.ts')],
  ['the protocol that imports platform', `${core}/protocol/parser.ts`, from('../platform/clock.ts')],
  ['the protocol that imports the options', `${core}/protocol/parser.ts`, from('../options.ts')],
  ['connection that imports stream', `${core}/connection/connection.ts`, from('../stream/contract.ts')],
  ['a fold that imports llm', `${core}/stream/folds/history.ts`, from('../../llm/answer.ts')],
  ['llm that imports the connection', `${core}/llm/openai.ts`, from('../connection/connection.ts')],
  ['llm that imports the stream itself', `${core}/llm/openai.ts`, from('../stream/event-stream.ts')],
  ['the test kit that imports the page', `${core}/testing/fake-clock.ts`, from('../platform/page.ts')],
  ['the errors that import anything', `${core}/errors.ts`, from('./options.ts')],
  ['a core file that imports the index', `${core}/llm/openai.ts`, from('../index.ts')],
  ['a core file that imports the index of its folder', `${core}/protocol/parser.ts`, from('./index.ts')],
  ['a core file that imports a package', `${core}/stream/folds/fold.ts`, from('react')],
  ['a core file that imports a module of Node', `${core}/stream/decode.ts`, from('node:fs')],
  ['a core file that leaves its package', `${core}/stream/decode.ts`, from('../../../react/src/index.ts')],
  ['fetch outside the transport', `${core}/connection/connection.ts`, "export const a = fetch('/')"],
  [
    'a timer outside the clock',
    `${core}/connection/connection.ts`,
    'export const a = setTimeout(() => {}, 1)',
  ],
  ['Date outside the clock', `${core}/connection/transition.ts`, 'export const a = Date.now()'],
  ['Date in the page', `${core}/platform/page.ts`, 'export const a = Date.now()'],
  ['random numbers outside the clock', `${core}/connection/transition.ts`, 'export const a = Math.random()'],
  ['document outside platform', `${core}/stream/event-stream.ts`, 'export const a = document.title'],
  ['navigator outside platform', `${core}/connection/transition.ts`, 'export const a = navigator.onLine'],
  ['fetch in llm', `${core}/llm/openai.ts`, "export const a = fetch('/')"],
  ['a timer in a binding', 'packages/react/src/index.ts', 'export const a = setTimeout(() => {}, 1)'],
  ['AbortController in a binding', 'packages/react/src/index.ts', 'export const a = new AbortController()'],
  ['a binding that imports another binding', 'packages/react/src/index.ts', from('@headwater/vue')],
  ['a binding that imports another view library', 'packages/react/src/index.ts', from('vue')],
  ['a binding that imports the transport', 'packages/react/src/index.ts', from('@headwater/core/transport')],
  ['a drop-in that imports a binding', 'packages/compat/src/index.ts', from('@headwater/react')],
  ['a timer in a drop-in', 'packages/compat/src/index.ts', 'export const a = setTimeout(() => {}, 1)'],
  ['an app that imports two bindings', 'apps/react/src/app.ts', from('@headwater/vue')],
  ['an app that imports a dependency of demo-shared', 'apps/solid/src/app.ts', from('nanostores')],
  ['a view library in demo-shared', 'apps/shared/src/watch.ts', from('vue')],
  ['a binding in demo-shared', 'apps/shared/src/watch.ts', from('@headwater/react')],
  [
    'an app that imports a value from core',
    'apps/react/src/app.ts',
    "import { latest } from '@headwater/core'\nexport const a = latest",
  ],
  ['a function of 81 lines', `${core}/stream/decode.ts`, lines(81)],
])('refuses %s', (_, file, source) => {
  expect(lint(file, source)).toMatch(/no-restricted-(imports|globals|properties)|max-lines-per-function/)
})

test.each([
  ['the protocol that imports the errors', `${core}/protocol/parser.ts`, from('../errors.ts')],
  ['connection that imports the protocol', `${core}/connection/connection.ts`, from('../protocol/parser.ts')],
  ['a fold that imports its folder', `${core}/stream/folds/history.ts`, from('./fold.ts')],
  ['a fold that imports the decoders', `${core}/stream/folds/history.ts`, from('../decode.ts')],
  ['llm that imports the folds', `${core}/llm/openai.ts`, from('../stream/folds/fold.ts')],
  ['the index that imports every layer', `${core}/index.ts`, from('./stream/folds/history.ts')],
  ['fetch in the transport', `${core}/connection/transport.ts`, "export const a = fetch('/')"],
  ['a timer in the clock', `${core}/platform/clock.ts`, 'export const a = setTimeout(() => {}, 1)'],
  ['document in the page', `${core}/platform/page.ts`, 'export const a = document.title'],
  ['a binding that imports core', 'packages/react/src/index.ts', from('@headwater/core')],
  ['a binding that imports its view library', 'packages/solid/src/index.ts', from('solid-js/store')],
  [
    'an app that imports types from core',
    'apps/react/src/app.ts',
    "import type { Message } from '@headwater/core'\nexport type A = Message",
  ],
  ['a function of 80 lines', `${core}/stream/decode.ts`, lines(80)],
])('allows %s', (_, file, source) => {
  expect(lint(file, source)).not.toMatch(/no-restricted|max-lines-per-function/)
})
