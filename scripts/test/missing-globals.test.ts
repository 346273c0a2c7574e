import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Globals of browsers that Jest's environment for jsdom does not have. */
const MISSING =
  'TextDecoder TextEncoder fetch Headers Request Response ReadableStream WritableStream TransformStream MessageChannel BroadcastChannel structuredClone'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports: { readonly [path: string]: string | { readonly '@headwater/source'?: string } }
}

/** Returns the source files of all entries of the published packages. */
const entries = globSync('packages/*/package.json', { cwd: root })
  .map((path) => [path, JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest] as const)
  .filter(([, manifest]) => !manifest.private)
  .flatMap(([path, { exports }]) =>
    Object.values(exports).flatMap((target) => {
      const source = typeof target === 'object' ? target['@headwater/source'] : undefined
      return source?.endsWith('.ts') ? [join(dirname(path), source)] : []
    }),
  )

/** Runs code in a process without these globals, and returns its output. */
function run(code: string): string {
  // Node loads MessageEvent, which jsdom has, at its first use, together with the rest of fetch.
  const start = `void MessageEvent
for (const name of '${MISSING}'.split(' ')) delete globalThis[name]`
  const args = ['--no-warnings', '--conditions=@headwater/source', '--input-type=module']
  return execFileSync(process.execPath, [...args, '-e', `${start}\n${code}`], {
    encoding: 'utf8',
    timeout: 20_000,
  })
}

test.each(entries)(
  '%s can be imported where the globals of a browser are missing, as in Jest with jsdom',
  (entry) => {
    const path = JSON.stringify(join(root, entry))
    expect(run(`await import(${path})\nconsole.log(typeof TextDecoder)`)).toBe('undefined\n')
  },
)

test('a stream without these globals fails with an error in its snapshot, and throws nothing', () => {
  const path = JSON.stringify(join(root, 'packages/core/src/index.ts'))
  const code = `const { createEventStream } = await import(${path})
const stream = createEventStream('http://localhost/', { retry: false })
stream.subscribe(() => {
  if (stream.getSnapshot().status === 'closed') console.log(stream.getSnapshot().error.message)
})`
  expect(run(code)).toMatch(/^http:\/\/localhost\/: the connection failed .*\(\w+ is not defined\)/)
})

test('there are such entries in all packages', () => {
  expect(entries.length).toBeGreaterThan(12)
  expect(new Set(entries.map((entry) => entry.split('/')[1])).size).toBeGreaterThan(5)
})
