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

/** What an endless stream consists of: how it begins, what it repeats, how it ends. */
const stories: Record<string, { begin?: string; repeat: string; end?: string; expected: object }> = {
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
  'an endless comment, and then a message': {
    begin: 'data: first\n\n:',
    repeat: 'x',
    end: '\ndata: last\n\n',
    expected: { code: 'ended', messages: 2, last: 'last' },
  },
  'an endless line of an unknown field, and then a message': {
    begin: 'data: first\n\nnothing: ',
    repeat: 'x',
    end: '\ndata: last\n\n',
    expected: { code: 'ended', messages: 2, last: 'last' },
  },
  'endless comments, and then a message': {
    repeat: ': xxxxxxxxxxxxxxxxxxxxxxxxxx\n',
    end: 'data: last\n\n',
    expected: { code: 'ended', messages: 1, last: 'last' },
  },
}

const folder = mkdtempSync(join(tmpdir(), 'headwater-memory-'))
const client = join(folder, 'client.mjs')
// What strips the types takes memory of its own.
beforeAll(async () => writeFileSync(client, await bundle('memory-client.ts')))
afterAll(() => rmSync(folder, { recursive: true }))

async function pour(response: ServerResponse, name: string): Promise<void> {
  const { begin = '', repeat, end = '' } = stories[name]!
  const chunk = Buffer.from(repeat.repeat(Math.floor(262_144 / repeat.length)))
  response.setMaxListeners(0)
  response.write(begin)
  for (let sent = 0; sent < ENDLESS && !response.destroyed; sent += chunk.length)
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  response.end(end)
}

async function run(url: string, story: string): Promise<{ code: string; messages: number; mb: number }> {
  const child = spawn(process.execPath, ['--no-warnings', client, url, story], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const timeout = setTimeout(() => child.kill('SIGKILL'), 30_000)
  let text = ''
  for await (const part of child.stdout) text += String(part)
  clearTimeout(timeout)
  return JSON.parse(text)
}

test.each(Object.keys(stories))(
  `512 MB of this take less than ${LIMIT_MB} MB: %s`,
  { timeout: 40_000 },
  async (name) => {
    const server = await createBaseServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      void pour(response, name)
    })
    try {
      const result = await run(`${server.origin}/`, name)
      console.log(`${name}: ${result.code}, ${result.messages} messages, at most ${result.mb} MB`)
      expect(result).toMatchObject(stories[name]!.expected)
      expect(result.mb).toBeLessThan(LIMIT_MB)
    } finally {
      await server.close()
    }
  },
)

test('a slow reader slows the server down, and takes no memory', { timeout: 40_000 }, async () => {
  let sent = 0
  const chunk = Buffer.from('data: xxxxxxxxxxxxxxxxxxxxxxxx\n\n'.repeat(1_024))
  const server = await createBaseServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const more = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length
      sent += chunk.length
    }
    response.on('drain', more)
    more()
  })
  const result = await run(`${server.origin}/`, 'a slow reader')
  await server.close()
  console.log(
    `a slow reader took ${result.messages} messages in 3 s; the server could send ${Math.round(sent / 2 ** 20)} MiB; at most ${result.mb} MB`,
  )
  expect(result.mb).toBeLessThan(LIMIT_MB)
  expect(sent).toBeLessThan(32 * 2 ** 20)
  expect(result.messages).toBeGreaterThan(10)
})
