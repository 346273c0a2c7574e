import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const core = join(import.meta.dirname, '../../packages/core')
const folder = join(core, '.test-results')
const readme = readFileSync(join(core, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/^## (.*)$|^```ts\n([\s\S]*?)^```/gm)].reduce<
  { title: string; code: string }[]
>(
  (found, [, title, code]) => [
    ...found,
    { title: title ?? found.at(-1)?.title ?? 'The first lines', code: code ?? '' },
  ],
  [],
)

/** What the addresses in the examples stand for: news that end with 204, and a model that answers. */
const answers: { [path: string]: (lastEventId: string | undefined) => string | undefined } = {
  '/news': (id) =>
    id === undefined
      ? 'retry: 200\nid: 1\nevent: story\ndata: {"headline":"It rains"}\n\nid: 2\ndata: {"headline":"It stops"}\n\n'
      : undefined,
  '/v1/chat/completions': () =>
    'data: {"choices":[{"delta":{"content":"It scatters."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
}
const held: { server?: Server } = {}

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  held.server = createServer((request, response) => {
    const text = answers[request.url ?? '']?.(request.headers['last-event-id']?.toString())
    if (text === undefined) response.writeHead(204).end()
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
  }).listen(0, '127.0.0.1')
  await once(held.server, 'listening')
  const { port } = held.server.address() as AddressInfo
  writeFileSync(
    join(folder, 'loopback.mjs'),
    `const { fetch } = globalThis
globalThis.fetch = (url, init) => fetch(String(url).replace(/^https:\\/\\/(api\\.)?example\\.com/, 'http://127.0.0.1:${port}'), init)`,
  )
})
afterAll(() => {
  held.server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs a program as it stands; it has to end by itself. */
async function printedBy(code: string): Promise<string> {
  const file = join(folder, `example-${examples.findIndex((example) => example.code === code)}.ts`)
  writeFileSync(file, code)
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env
  const args = [
    '--no-warnings',
    '--conditions=@headwater/source',
    '--import',
    join(folder, 'loopback.mjs'),
    file,
  ]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += String(text)))
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`ended with ${status}\n${printed}`)
  return printed
}

const expected: { [title: string]: RegExp } = {
  'The first lines': /1 story .*It rains.*\n2 message .*It stops/,
  'A stream': /open [\s\S]*again in \d+ ms: The server ended[\s\S]*closed It rains/,
  'The parser alone': /^1 greeting hello\n$/,
  'In your tests': /connecting\n[\s\S]*open\n[\s\S]*waiting\n[\s\S]*hello 2\n/,
  'Answers of language models': /It scatters\./,
}

test.each(examples.filter(({ code }) => code))(
  'what the README says under "$title" runs',
  async ({ title, code }) => {
    expect(Object.keys(expected)).toContain(title)
    expect(await printedBy(code)).toMatch(expected[title]!)
  },
)
