import { connect } from 'node:net'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { gapsIn, idsOf, lastIdOf, listen, post, resume } from './listener.ts'
import { failingDemo, isRunning, processesOf, run, runDemo, temporaryFolder } from './processes.ts'
import { fullStorage, serverForTest } from './server-for-test.ts'

/** Time for a process to be seen to end: its parent has to look. */
const exit = { timeout: 10_000 }

test('replaces a process that is killed, and its successor continues from the log in SQLite', async () => {
  const { url, printed } = await runDemo()
  const before = await listen(`${url}/api/ticker`)
  await before.until(() => before.messages.length >= 20)
  const [{ pid } = { pid: 0 }] = (await processesOf(url)).processes
  expect((await post(`${url}/api/kill`, { process: 1 })).body).toEqual({ process: 1, pid })
  await before.ended()
  expect(before.complete).toBe(false)
  await printed(/process 1 is back/)
  const after = await resume(`${url}/api/ticker`, before)
  await after.until(() => after.messages.length >= 50)
  expect(after.headers['sse-resume']).toBe('complete')
  expect(gapsIn([...idsOf(before), ...idsOf(after)])).toEqual([])
  expect(isRunning(pid)).toBe(false)
  expect((await processesOf(url)).processes).not.toMatchObject([{ pid }])
})

test('continues from the same log after all of it was killed and started again with the same folder', async () => {
  const DATA = temporaryFolder()
  const first = await runDemo([], { DATA })
  const before = await listen(`${first.url}/api/ticker`)
  await before.until(() => before.messages.length >= 20)
  const [{ pid } = { pid: 0 }] = (await processesOf(first.url)).processes
  first.child.kill('SIGKILL')
  await before.ended()
  await expect.poll(() => isRunning(pid), exit).toBe(false)
  const second = await runDemo([], { DATA, PORT: new URL(first.url).port })
  const after = await resume(`${second.url}/api/ticker`, before)
  await after.until(() => after.messages.length >= 50)
  expect(after.headers['sse-resume']).toBe('complete')
  expect(gapsIn([...idsOf(before), ...idsOf(after)])).toEqual([])
})

test('tells a gap after a restart without a folder', async () => {
  const first = await runDemo()
  const before = await listen(`${first.url}/api/news`)
  await before.until(() => before.messages.length >= 3)
  first.child.kill()
  await first.exit
  const second = await runDemo()
  const after = await resume(`${second.url}/api/news`, before)
  await after.until(() => after.messages.length >= 3)
  expect(after.headers['sse-resume']).toBe('gap')
  expect(after.messages[0]).toMatchObject({
    event: 'headwater.gap',
    data: JSON.stringify({ from: lastIdOf(before), to: null }),
  })
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'ends the streams, removes its folder and exits with 0 on %s',
  async (signal) => {
    const demo = await runDemo()
    const ticker = await listen(`${demo.url}/api/ticker`)
    await ticker.until(() => ticker.messages.length >= 5)
    expect(demo.left()).toHaveLength(1)
    demo.child.kill(signal)
    await ticker.ended()
    expect(ticker.complete).toBe(true)
    expect(await demo.exit).toEqual([0, null])
    expect(demo.output()).toContain('stopped')
    expect(demo.left()).toEqual([])
  },
)

test('explains that the port is in use', async () => {
  const { url } = await serverForTest()
  expect(await failingDemo([], { PORT: new URL(url).port })).toMatch(
    /another program already listens on port \d+.*\nStop that program, or .*PORT=/,
  )
})

test('explains wrong settings', async () => {
  expect(await failingDemo([], { PORT: '80b' })).toContain('PORT is "80b"')
  for (const args of [
    ['--processes', '0'],
    ['--processes', 'many'],
    ['--proceses', '3'],
  ])
    expect(await failingDemo(args, { PORT: '0' })).toContain('Usage: npm run demo -- --processes')
})

test('says what to install if there is no redis-server for several processes', async () => {
  const output = await failingDemo(['--processes', '3'], { PORT: '0', PATH: '', REDIS_SERVER_PATH: '' })
  expect(output).toMatch(/no redis-server in PATH.\nInstall it \(Debian: apt-get install redis-server/)
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
  const { url, close, logged } = await serverForTest({ storage: fullStorage() })
  const { hostname, port } = new URL(url)
  const stalled = connect(Number(port), hostname).pause()
  onTestFinished(() => void stalled.destroy())
  stalled.write('GET /api/news?visitor=stalled HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 0-0\r\n\r\n')
  await logged(/"stalled" open/)
  const reader = await listen(`${url}/api/news`, { headers: { 'Last-Event-ID': '0-0' } })
  await reader.until(() => reader.messages.length >= 300)
  await close()
  expect(await logged(/"stalled" closed/)).toMatch(/[1-9]\d* bytes waiting/)
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
