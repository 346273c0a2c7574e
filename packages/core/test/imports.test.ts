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
  copyFileSync(join(root, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'))
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

test.each([
  ['a core file that imports one below it', 'packages/core/src/parser.ts', "export * from './connection.ts'"],
  ['a core file that imports a package', 'packages/core/src/fold.ts', "export * from 'react'"],
  [
    'a core file that leaves its folder',
    'packages/core/src/fold.ts',
    "export * from '../../react/src/index.ts'",
  ],
  ['fetch outside the transport', 'packages/core/src/connection.ts', "export const a = fetch('/')"],
  [
    'a timer outside the clock',
    'packages/core/src/connection.ts',
    'export const a = setTimeout(() => {}, 1)',
  ],
  ['the date outside the clock', 'packages/core/src/machine.ts', 'export const a = Date.now()'],
  ['chance outside the clock', 'packages/core/src/machine.ts', 'export const a = Math.random()'],
  ['the document outside the page', 'packages/core/src/event-stream.ts', 'export const a = document.title'],
  ['the page in the machine', 'packages/core/src/machine.ts', 'export const a = navigator.onLine'],
  ['an answer’s format that asks itself', 'packages/core/src/llm/openai.ts', "export const a = fetch('/')"],
  [
    'an answer’s format that brings the whole of core',
    'packages/core/src/llm/openai.ts',
    "export * from '../index.ts'",
  ],
  ['a timer in a binding', 'packages/react/src/index.ts', 'export const a = setTimeout(() => {}, 1)'],
  [
    'an AbortController in a binding',
    'packages/react/src/index.ts',
    'export const a = new AbortController()',
  ],
  ['a binding that imports another', 'packages/react/src/index.ts', "export * from '@headwater/vue'"],
  ['a binding that imports another framework', 'packages/react/src/index.ts', "export * from 'vue'"],
  ['a drop-in that imports a binding', 'packages/compat/src/index.ts', "export * from '@headwater/react'"],
  ['a timer in a drop-in', 'packages/compat/src/index.ts', 'export const a = setTimeout(() => {}, 1)'],
  ['an app that uses two bindings', 'apps/react/src/app.ts', "export * from '@headwater/vue'"],
  ['an app that uses more than a binding', 'apps/solid/src/app.ts', "export * from 'nanostores'"],
  ['a framework in what the apps share', 'apps/shared/src/watch.ts', "export * from 'vue'"],
  ['a binding in what the apps share', 'apps/shared/src/watch.ts', "export * from '@headwater/react'"],
  [
    'an app that uses core',
    'apps/react/src/app.ts',
    "import { latest } from '@headwater/core'\nexport const a = latest",
  ],
])('lint refuses %s', (_, file, source) => {
  expect(lint(file, source)).toMatch(/no-restricted-(imports|globals|properties)/)
})

test.each([
  ['a core file that imports one above it', 'packages/core/src/parser.ts', "export * from './message.ts'"],
  ['fetch in the transport', 'packages/core/src/transport.ts', "export const a = fetch('/')"],
  ['an answer’s format that uses core', 'packages/core/src/llm/openai.ts', "export * from '../errors.ts'"],
  ['a binding that imports core', 'packages/react/src/index.ts', "export * from '@headwater/core'"],
  [
    'an app that takes types from core',
    'apps/react/src/app.ts',
    "import type { Message } from '@headwater/core'\nexport type A = Message",
  ],
])('lint lets %s pass', (_, file, source) => {
  expect(lint(file, source)).not.toContain('no-restricted')
})
