import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { gapsIn, idsOf, listen } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const pathTo = (file: string) => fileURLToPath(new URL(file, import.meta.url))

interface Running {
  child: ChildProcess
  output(): string
  /** Resolves with the first match in the output of the process. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  exit: Promise<[code: number | null, signal: string | null]>
}

function run(args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const exit = once(child, 'close') as Running['exit']
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  async function printed(pattern: RegExp) {
    for (;;) {
      const match = pattern.exec(output)
      if (match) return match
      const exited = exit.then(([code]) => {
        throw new Error(`exited with ${code} and did not print ${pattern}, but:\n${output}`)
      })
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), exited])
    }
  }
  return { child, output: () => output, printed, exit }
}

async function runMain(port: string) {
  const main = run([pathTo('../src/main.ts')], { PORT: port, HOST: '127.0.0.1' })
  const [, url = ''] = await main.printed(/at (http:\/\/127\.0\.0\.1:\d+)/)
  return { ...main, url }
}

test('continues with the same ids after the process is killed and restarted', async () => {
  const first = await runMain('0')
  const before = await listen(`${first.url}/api/ticker`)
  await before.until(() => before.messages.length >= 20)
  first.child.kill('SIGKILL')
  await first.exit
  await before.ended()
  const second = await runMain(new URL(first.url).port)
  const headers = { 'Last-Event-ID': before.messages.at(-1)?.id ?? '' }
  const after = await listen(`${second.url}/api/ticker`, { headers })
  await after.until(() => after.messages.length >= 50)
  expect(gapsIn([...idsOf(before), ...idsOf(after)])).toEqual([])
})

test.each(['SIGINT', 'SIGTERM'] as const)('ends the streams and exits with 0 on %s', async (signal) => {
  const main = await runMain('0')
  const ticker = await listen(`${main.url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 5)
  main.child.kill(signal)
  await ticker.ended()
  expect(ticker.complete).toBe(true)
  expect(await main.exit).toEqual([0, null])
  expect(main.output()).toContain('stopped')
})

test('explains that the port is in use', async () => {
  const { url } = await serverForTest()
  const main = run([pathTo('../src/main.ts')], { PORT: new URL(url).port })
  expect(await main.exit).toEqual([1, null])
  expect(main.output()).toMatch(
    /another program already listens on port \d+.*\nStop that program, or .*PORT=/,
  )
})

test('explains that PORT is not a port number', async () => {
  const main = run([pathTo('../src/main.ts')], { PORT: '80b' })
  expect(await main.exit).toEqual([1, null])
  expect(main.output()).toContain('PORT is "80b"')
})

test('leaves no socket or timer after close, so that the process exits', async () => {
  const script = `
    import { startDemoServer } from ${JSON.stringify(new URL('../src/server.ts', import.meta.url).href)}
    const server = await startDemoServer()
    const bodies = await Promise.all(['ticker', 'news'].map((path) => fetch(server.url + '/api/' + path)))
    const readers = bodies.map(({ body }) => body.getReader())
    for (const reader of readers) await reader.read()
    await Promise.all([server.close(), server.close()])
    for (const reader of readers) while (!(await reader.read()).done);
    console.log('closed')`
  const child = run(['--input-type=module', '--eval', script])
  expect(await child.exit).toEqual([0, null])
  expect(child.output()).toContain('closed')
})

test('closes without waiting for a reader that does not read', async () => {
  const { url, close, logged } = await serverForTest({ newsEveryMs: 0.02, maxBufferedBytes: 1e9 })
  const { hostname, port } = new URL(url)
  const stalled = connect(Number(port), hostname).pause()
  onTestFinished(() => void stalled.destroy())
  stalled.write('GET /api/news?visitor=stalled HTTP/1.1\r\nHost: x\r\n\r\n')
  await logged(/"stalled" open/)
  // Send more than the operating system buffers, so that data is pending in the server.
  const reader = await listen(`${url}/api/news`)
  await reader.until(() => reader.messages.length >= 50_000)
  await close()
  expect(await logged(/"stalled" closed/)).toContain('the server is stopping')
  await expect(fetch(`${url}/api/stats`)).rejects.toThrow()
})

test('serves the built pages by path, and explains a page that is not built', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-server-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { url } = await serverForTest({ pages: { '/': folder, '/vue/': join(folder, 'vue') } })
  const missing = await fetch(url)
  expect(missing.status).toBe(404)
  expect(await missing.text()).toContain('not built')
  await writeFile(join(folder, 'index.html'), '<p>headwater')
  const page = await fetch(url, { headers: { range: 'bytes=5-2' } })
  expect(page.status).toBe(200)
  expect(await page.text()).toBe('<p>headwater')
  await mkdir(join(folder, 'vue'))
  await writeFile(join(folder, 'vue', 'index.html'), '<p>vue')
  expect(await (await fetch(`${url}/vue/?visitor=me`)).text()).toBe('<p>vue')
  const bare = await fetch(`${url}/vue?visitor=me`, { redirect: 'manual' })
  expect([bare.status, bare.headers.get('location')]).toEqual([308, '/vue/?visitor=me'])
  expect((await fetch(`${url}/vue/nothing`)).status).toBe(404)
  expect((await fetch(`${url}/..%2f..%2fetc/passwd`)).status).toBe(404)
  expect((await fetch(`${url}/%E0%A4%A`)).status).toBe(404)
})
