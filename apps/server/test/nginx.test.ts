import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type ClientHttp2Session } from 'node:http2'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { statsOf } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path))

/** Runs nginx with the documented configuration on a free port and a new certificate. Returns its address. */
async function behindNginx(program: string, url: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-nginx-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const conf = readFileSync(new URL('../nginx.conf', import.meta.url), 'utf8')
    .replace('127.0.0.1:4300', new URL(url).host)
    .replace('127.0.0.1:8443', `127.0.0.1:${port}`)
  // Started by root, the workers run as another user, which may not read the folder.
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;\n' : ''}daemon off;\n${conf}`,
  )
  const certificate = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048']
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')]
  execFileSync('openssl', ['req', '-x509', ...certificate, ...files], { stdio: 'ignore' })

  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const address = `https://127.0.0.1:${port}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${stderr}`)
    try {
      const session = connect(address, { rejectUnauthorized: false })
      await once(session, 'connect')
      session.destroy()
      return address
    } catch {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Sends a request over an HTTP/2 session. Resolves with the response headers and the text received so far. */
async function send(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
) {
  const stream = session.request({ ':path': path, ':method': body ? 'POST' : 'GET', ...headers })
  stream.on('error', () => {})
  if (body) stream.end(JSON.stringify(body))
  const [head] = (await once(stream, 'response')) as [Record<string, string | number>]
  const chunks: string[] = []
  stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
  const text = () => chunks.join('')
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (condition()) resolve()
      }
      stream.on('data', check)
      check()
    })
  return { stream, head, chunks, text, until }
}

/** Returns the ids of the messages: blocks with data. */
const ids = (text: string) => [...text.matchAll(/^data: .*\nid: (\S+)\n\n/gm)].map(([, id = '']) => id)

test('serves forty unbuffered streams over one HTTP/2 connection behind nginx', async ({ skip }) => {
  if (!nginx)
    return skip(
      'nginx is not installed. Run `apt-get install nginx-light openssl`, or `npm test`, which installs it.',
    )
  const { url, logged } = await serverForTest({ newsEveryMs: 100, chatTokenMs: 5 })
  const address = await behindNginx(nginx, url)
  const session = connect(address, { rejectUnauthorized: false })
  session.on('error', () => {})
  onTestFinished(() => session.destroy())

  const streams = await Promise.all(
    Array.from({ length: 40 }, (_, n) => send(session, `/api/news?visitor=reader-${n}`)),
  )
  for (const { head, text, until, chunks } of streams) {
    expect(head[':status']).toBe(200)
    expect(head['content-type']).toBe('text/event-stream')
    await until(() => ids(text()).length >= 6)
    // With buffering, nginx would not have sent any of these six messages yet.
    expect(chunks.length).toBeGreaterThan(1)
  }

  // The client closes one stream, and the server notices.
  streams[7]?.stream.close()
  expect(await logged(/"reader-7" closed/)).toContain('the client disconnected')
  expect(await statsOf(url, '?visitor=reader-7')).toMatchObject({ open: 0 })
  expect(await statsOf(url, '?visitor=reader-8')).toMatchObject({ open: 1 })

  // Last-Event-ID, status 503, and request bodies are forwarded.
  const seen = ids(streams[0]?.text() ?? '')
  const resumed = await send(session, '/api/news', { 'last-event-id': seen[0] ?? '' })
  await resumed.until(() => ids(resumed.text()).length >= 5)
  expect(resumed.head['sse-resume']).toBe('complete')
  expect(ids(resumed.text()).slice(0, 5)).toEqual(seen.slice(1, 6))
  const json = { 'content-type': 'application/json' }
  await send(session, '/api/weather', json, { do: 'refuse' })
  const refused = await send(session, '/api/news')
  expect([refused.head[':status'], refused.head['retry-after']]).toEqual([503, '5'])
  const question = { model: 'canned-1', messages: [{ role: 'user', content: 'Hi' }], stream: true }
  const authorization = 'Bearer demo'
  const chat = await send(session, '/api/chat?answer=mine&visitor=me', { ...json, authorization }, question)
  await chat.until(() => chat.text().includes('message_stop'))
  expect(chat.chunks.length).toBeGreaterThan(20)
})
