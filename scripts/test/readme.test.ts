import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

interface Example {
  readonly section: string
  readonly code: string
}

const core = join(import.meta.dirname, '../../packages/core')
const folder = join(core, '.test-results')
const examples = examplesOf(readFileSync(join(core, 'README.md'), 'utf8'))

/** Returns the examples in TypeScript, each with the heading of its section. */
function examplesOf(readme: string): Example[] {
  return readme.split(/^## /m).flatMap((text, index) =>
    [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => ({
      section: index === 0 ? 'Introduction' : text.slice(0, text.indexOf('\n')),
      code,
    })),
  )
}

const toolRequests: number[] = []

/** The responses for the URLs of the examples: news that end with a 204, and the answer of a model. */
const responses: { [path: string]: (lastEventId: string | undefined) => string | undefined } = {
  '/news': (id) =>
    id === undefined
      ? 'retry: 200\nid: 1\nevent: story\ndata: {"headline":"It rains"}\n\nid: 2\ndata: {"headline":"It stops"}\n\n'
      : undefined,
  '/v1/chat/completions': () =>
    'data: {"choices":[{"delta":{"content":"It scatters."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
  // A call first, then an answer.
  '/v1/tools': () =>
    toolRequests.push(1) % 2
      ? 'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"weather","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n'
      : 'data: {"choices":[{"delta":{"content":"21 degrees."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
}
const state: { server?: Server } = {}

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  state.server = createServer((request, response) => {
    const text = responses[request.url ?? '']?.(request.headers['last-event-id']?.toString())
    if (text === undefined) response.writeHead(204).end()
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
  }).listen(0, '127.0.0.1')
  await once(state.server, 'listening')
  const { port } = state.server.address() as AddressInfo
  writeFileSync(
    join(folder, 'loopback.mjs'),
    `const { fetch } = globalThis
globalThis.fetch = (url, init) => fetch(String(url).replace(/^https:\\/\\/(api\\.)?example\\.com/, 'http://127.0.0.1:${port}'), init)`,
  )
})
afterAll(() => {
  state.server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs an example in a process of its own, which has to exit by itself, and returns its output. */
async function run(example: Example): Promise<string> {
  const file = join(folder, `example-${examples.indexOf(example)}.ts`)
  writeFileSync(file, example.code)
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env
  const args = [
    '--no-warnings',
    '--conditions=@headwater/source',
    '--import',
    join(folder, 'loopback.mjs'),
    file,
  ]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`The example exited with ${status}.\n${output}`)
  return output
}

const expected: { [section: string]: RegExp } = {
  Introduction: /1 story .*It rains.*\n2 message .*It stops/,
  'Event streams': /open [\s\S]*Reconnecting in \d+ s: .*the server ended[\s\S]*closed It rains/,
  'The parser': /^1 greeting hello\n$/,
  Testing: /connecting\n[\s\S]*open\n[\s\S]*waiting\n[\s\S]*hello 2\n/,
  'LLM answers': /It scatters\./,
  'LLM tools': /^21 degrees\.\n$/,
}

test.each(examples)("the example under '$section' in core's README runs", async (example) => {
  expect(Object.keys(expected)).toContain(example.section)
  expect(await run(example)).toMatch(expected[example.section]!)
})

test("each section of core's README that is expected to have an example has one", () => {
  expect(examples.map(({ section }) => section)).toEqual(Object.keys(expected))
})
