import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { waitFor } from './harness.ts'
import { createFastClock } from './soak-client.ts'

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path))

/** Time in which the messages fill a buffer of nginx, 4 KiB by default. */
const FILL_MS = 1_000
const MESSAGE_BYTES = 100
const EVERY_MS = (FILL_MS * MESSAGE_BYTES) / 4_096

/** Starts a server that sends a message each `EVERY_MS` and resumes from `Last-Event-ID`. Returns its port. */
async function startServer(): Promise<number> {
  const start = performance.now()
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let id = Number(request.headers['last-event-id'] ?? 0)
    const timer = setInterval(() => {
      for (; id < (performance.now() - start) / EVERY_MS;)
        response.write(`id: ${++id}\ndata: `.padEnd(MESSAGE_BYTES, 'x') + '\n\n')
    }, EVERY_MS)
    response.on('close', () => clearInterval(timer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Runs nginx with its defaults in front of a server. Returns its address. */
async function behindNginx(program: string, backend: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-buffering-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; pid nginx.pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path t; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${backend}; } }
}`,
  )
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise((resolve) => socket.on('connect', resolve).on('error', () => resolve(0)))
    socket.destroy()
    if (isOpen !== 0) return `http://127.0.0.1:${port}/`
  }
}

test(
  'a stream behind nginx with its defaults opens, loses nothing and stays open',
  { timeout: 40_000 },
  async ({ skip }) => {
    if (!nginx)
      return skip(
        'nginx is not installed. Run `apt-get install nginx-light`, or `npm test`, which installs it.',
      )
    const url = await behindNginx(nginx, await startServer())
    const losses: string[] = []
    const ids: number[] = []
    let hints = 0
    // The buffer takes 25 s of this clock, longer than the first limit for a response and the limit in the middle of a message.
    const stream = createEventStream(url, {
      clock: createFastClock(25_000 / FILL_MS, () => 0),
      inspect({ hint, before, after }) {
        if (hint) hints++
        const { state } = after
        if (state !== before.state && state.status === 'waiting') losses.push(state.error.code)
      },
    })
    onTestFinished(() => stream.close())
    stream.onMessage(({ id }) => void ids.push(Number(id)))
    await waitFor('three pauses in the middle of a message', () => hints > 0, 20_000)
    const lossesBefore = losses.length
    const count = ids.length
    await waitFor('three more buffers', () => ids.length > count + 120, 10_000)
    expect(losses.length).toBe(lossesBefore)
    expect(hints).toBe(1)
    expect(losses).toContain('connect-timeout')
    expect(losses.filter((code) => code === 'idle-timeout').length).toBeLessThan(3)
    expect(ids).toEqual(ids.map((_, index) => ids[0]! + index))
  },
)
