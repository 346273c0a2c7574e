import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const core = new URL('../../src/index.ts', import.meta.url).href

/** Runs a module in its own Node process, which has to exit by itself. */
function run(source: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  return { child, output: () => output, exit: once(child, 'exit') as Promise<[number | null, string | null]> }
}

test('a process exits after a break out of the loop over the messages, and the socket is closed', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  const closed = new Promise<void>((resolve) => {
    server.on('request', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      let id = 0
      const timer = setInterval(() => response.write(`id: ${++id}\ndata: tick\n\n`), 1)
      response.on('close', () => {
        clearInterval(timer)
        resolve()
      })
    })
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { exit, output } = run(`
    import { createEventStream } from '${core}'
    let seen = 0
    for await (const message of createEventStream('http://127.0.0.1:${port}/')) if (++seen === 50) break
    console.log(seen)
  `)
  expect(await exit).toEqual([0, null])
  expect(output().trim()).toBe('50')
  await closed
  server.close()
})

test('a process does not exit while a stream waits for its next attempt, unless unref is set', async () => {
  // Responds once and closes. Later another server listens on the same port.
  const respond = (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('id: 1\ndata: hello\n\n', () => response.destroy())
  }
  const first = createServer(respond).listen(0, '127.0.0.1')
  await once(first, 'listening')
  const { port } = first.address() as AddressInfo
  const program = (options: string) => `
    import { createEventStream } from '${core}'
    const stream = createEventStream('http://127.0.0.1:${port}/', { retry: { baseMs: 500 }, ${options} })
    stream.subscribe(() => {
      const { status, lastEventId } = stream.getSnapshot()
      if (status === 'waiting' && lastEventId) console.log('waiting')
      if (status === 'closed') console.log('closed')
    })
  `
  const persistent = run(program("until: ({ data }) => data === 'goodbye'"))
  const unreferenced = run(program('unref: true'))
  await Promise.all([once(persistent.child.stdout, 'data'), once(unreferenced.child.stdout, 'data')])
  first.close()
  first.closeAllConnections()

  expect(await unreferenced.exit).toEqual([0, null])
  expect(unreferenced.output().trim()).toBe('waiting')
  expect(persistent.child.exitCode).toBeNull()

  const second = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: goodbye\n\n')
  }).listen(port, '127.0.0.1')
  expect(await persistent.exit).toEqual([0, null])
  expect(persistent.output()).toMatch(/waiting\s+closed\s*$/)
  second.closeAllConnections()
  second.close()
})
