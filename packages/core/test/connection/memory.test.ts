import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBaseServer } from './base-server.ts'
import { bundle } from './bundle.ts'

const LIMIT_MB = 160
const ENDLESS = 512 * 2 ** 20

/** Endless streams: their start, the text that is repeated, and their end. */
const scenarios: Record<string, { begin?: string; repeat: string; end?: string; expected: object }> = {
  'an endless line of data': {
    begin: 'data: ',
    repeat: 'x',
    expected: { code: 'message-too-large', messages: 0 },
  },
  'a message of endless lines': {
    repeat: 'data: xxxxxxxxxxxxxxxxxxxxxxxx\n',
    expected: { code: 'message-too-large', messages: 0 },
  },
  'an endless id': { begin: 'id: ', repeat: 'x', expected: { code: 'message-too-large', messages: 0 } },
  'an endless comment, then a message': {
    begin: 'data: first\n\n:',
    repeat: 'x',
    end: '\ndata: last\n\n',
    expected: { code: 'ended', messages: 2, last: 'last' },
  },
  'an endless line of an unknown field, then a message': {
    begin: 'data: first\n\nunknown: ',
    repeat: 'x',
    end: '\ndata: last\n\n',
    expected: { code: 'ended', messages: 2, last: 'last' },
  },
  'endless comments, then a message': {
    repeat: ': xxxxxxxxxxxxxxxxxxxxxxxxxx\n',
    end: 'data: last\n\n',
    expected: { code: 'ended', messages: 1, last: 'last' },
  },
}

const folder = mkdtempSync(join(tmpdir(), 'headwater-memory-'))
const client = join(folder, 'client.mjs')
// A bundle, because stripping types in the child process takes memory.
beforeAll(async () => writeFileSync(client, await bundle('memory-client.ts')))
afterAll(() => rmSync(folder, { recursive: true }))

async function sendScenario(response: ServerResponse, name: string): Promise<void> {
  const { begin = '', repeat, end = '' } = scenarios[name]!
  const chunk = Buffer.from(repeat.repeat(Math.floor(262_144 / repeat.length)))
  response.setMaxListeners(0)
  response.write(begin)
  for (let sent = 0; sent < ENDLESS && !response.destroyed; sent += chunk.length)
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  response.end(end)
}

async function run(url: string, scenario: string): Promise<{ code: string; messages: number; mb: number }> {
  const child = spawn(process.execPath, ['--no-warnings', client, url, scenario], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const timeout = setTimeout(() => child.kill('SIGKILL'), 30_000)
  let text = ''
  for await (const part of child.stdout) text += String(part)
  clearTimeout(timeout)
  return JSON.parse(text)
}

test.each(Object.keys(scenarios))(
  `512 MB take less than ${LIMIT_MB} MB of memory: %s`,
  { timeout: 40_000 },
  async (name) => {
    const server = await createBaseServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      void sendScenario(response, name)
    })
    try {
      const result = await run(`${server.origin}/`, name)
      console.log(`${name}: ${result.code}, ${result.messages} messages, at most ${result.mb} MB`)
      expect(result).toMatchObject(scenarios[name]!.expected)
      expect(result.mb).toBeLessThan(LIMIT_MB)
    } finally {
      await server.close()
    }
  },
)

test('a slow reader slows the server down and takes no memory', { timeout: 40_000 }, async () => {
  let sent = 0
  const chunk = Buffer.from('data: xxxxxxxxxxxxxxxxxxxxxxxx\n\n'.repeat(1_024))
  const server = await createBaseServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const sendMore = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length
      sent += chunk.length
    }
    response.on('drain', sendMore)
    sendMore()
  })
  const result = await run(`${server.origin}/`, 'a slow reader')
  await server.close()
  console.log(
    `a slow reader read ${result.messages} messages in 3 s; the server sent ${Math.round(sent / 2 ** 20)} MiB; at most ${result.mb} MB of memory`,
  )
  expect(result.mb).toBeLessThan(LIMIT_MB)
  expect(sent).toBeLessThan(32 * 2 ** 20)
  expect(result.messages).toBeGreaterThan(10)
})
