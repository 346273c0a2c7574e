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
const debian = existsSync('/usr/bin/apt-get')
if (!nginx && !debian) console.log('No nginx and no apt-get to install it with: its tests are skipped.')

/** The configuration of the README on free ports, with a certificate of its own; gives the address of nginx. */
async function behindNginx(url: string): Promise<string> {
  if (!nginx)
    throw new Error('nginx is missing: run apt-get install nginx-light, or npm test, which does it.')
  const folder = mkdtempSync(join(tmpdir(), 'headwater-nginx-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const conf = readFileSync(new URL('../nginx.conf', import.meta.url), 'utf8')
    .replace('127.0.0.1:4300', new URL(url).host)
    .replace('127.0.0.1:8443', `127.0.0.1:${port}`)
  // As root it would work as another user, who may not enter the folder.
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;\n' : ''}daemon off;\n${conf}`,
  )
  const named = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048']
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')]
  execFileSync('openssl', ['req', '-x509', ...named, ...files], { stdio: 'ignore' })

  const child = spawn(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const address = `https://127.0.0.1:${port}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${said}`)
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

/** A request over an HTTP/2 session, and the text that came of it so far. */
async function ask(
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
      const look = () => {
        if (condition()) resolve()
      }
      stream.on('data', look)
      look()
    })
  return { stream, head, chunks, text, until }
}

const ids = (text: string) => [...text.matchAll(/^id:(\d+)$/gm)].map(([, id]) => Number(id))

test.skipIf(!nginx && !debian)(
  'behind nginx, forty streams share one HTTP/2 connection, unbuffered',
  async () => {
    const { url, logged } = await serverForTest({ newsEveryMs: 100, chatTokenMs: 5 })
    const address = await behindNginx(url)
    const session = connect(address, { rejectUnauthorized: false })
    session.on('error', () => {})
    onTestFinished(() => session.destroy())

    const streams = await Promise.all(
      Array.from({ length: 40 }, (_, n) => ask(session, `/api/news?visitor=reader-${n}`)),
    )
    for (const { head, text, until, chunks } of streams) {
      expect(head[':status']).toBe(200)
      expect(head['content-type']).toBe('text/event-stream')
      await until(() => ids(text()).length >= 6)
      // Six are far less than what nginx gathers when it buffers: it would have sent none of them yet.
      expect(chunks.length).toBeGreaterThan(1)
    }

    // The browser leaves one; the server hears of it.
    streams[7]?.stream.close()
    expect(await logged(/"reader-7" closed/)).toContain('the client left')
    expect(await statsOf(url, '?visitor=reader-7')).toMatchObject({ open: 0 })
    expect(await statsOf(url, '?visitor=reader-8')).toMatchObject({ open: 1 })

    // Ids, refusals and bodies pass through.
    const last = ids(streams[0]?.text() ?? '').at(-1) ?? 0
    const resumed = await ask(session, '/api/news', { 'last-event-id': String(last - 20) })
    await resumed.until(() => ids(resumed.text()).length >= 20)
    expect(ids(resumed.text())[0]).toBe(last - 19)
    const json = { 'content-type': 'application/json' }
    await ask(session, '/api/weather', json, { do: 'refuse' })
    const refused = await ask(session, '/api/news')
    expect([refused.head[':status'], refused.head['retry-after']]).toEqual([503, '5'])
    const question = { model: 'canned-1', messages: [{ role: 'user', content: 'Hi' }], stream: true }
    const authorization = 'Bearer demo'
    const chat = await ask(session, '/api/chat?visitor=me', { ...json, authorization }, question)
    await chat.until(() => chat.text().includes('[DONE]'))
    expect(chat.chunks.length).toBeGreaterThan(20)
  },
)
