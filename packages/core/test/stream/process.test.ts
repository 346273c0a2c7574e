import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { startDemoServer } from 'demo-server'
import { expect, test } from 'vitest'

const core = new URL('../../src/index.ts', import.meta.url).href

/** Runs a module in a Node process of its own, which has to exit by itself. */
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

async function openStreams(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/stats`)
  return ((await answer.json()) as { open: number }).open
}

test('a loop that breaks closes the socket, and the process exits by itself', async () => {
  const server = await startDemoServer()
  const { exit, output } = run(`
    import { createEventStream } from '${core}'
    let seen = 0
    for await (const message of createEventStream('${server.url}/api/ticker')) if (++seen === 50) break
    console.log(seen)
  `)
  expect(await exit).toEqual([0, null])
  expect(output().trim()).toBe('50')
  await expect.poll(() => openStreams(server.url)).toBe(0)
  await server.close()
})

test('a process does not exit while a stream waits for its next attempt, unless it is told that it may', async () => {
  // Answers once, and then is gone: the next attempt comes when the server is back on the same port.
  const answer = (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('id: 1\ndata: hello\n\n', () => response.destroy())
  }
  const first = createServer(answer).listen(0, '127.0.0.1')
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
  const patient = run(program("until: ({ data }) => data === 'goodbye'"))
  const hasty = run(program('unref: true'))
  await Promise.all([once(patient.child.stdout, 'data'), once(hasty.child.stdout, 'data')])
  first.close()
  first.closeAllConnections()

  expect(await hasty.exit).toEqual([0, null])
  expect(hasty.output().trim()).toBe('waiting')
  expect(patient.child.exitCode).toBeNull()

  const second = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: goodbye\n\n')
  }).listen(port, '127.0.0.1')
  expect(await patient.exit).toEqual([0, null])
  expect(patient.output()).toMatch(/waiting\s+closed\s*$/)
  second.closeAllConnections()
  second.close()
})
