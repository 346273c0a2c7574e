import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { gapsIn, idsOf, listen, statsOf } from './listener.ts'

const readers = 1950
const stalled = 50

/** Starts a server in its own process and returns a function that measures the memory of that process. */
async function startServer() {
  const script = `
    import { startDemoServer } from ${JSON.stringify(new URL('../src/server.ts', import.meta.url).href)}
    import { memoryLog } from ${JSON.stringify(new URL('../../../packages/server/src/index.ts', import.meta.url).href)}
    const story = { event: 'story', data: JSON.stringify('x'.repeat(64 * 1024)) }
    const storage = (channel, bounds) => {
      if (channel !== 'news en') return memoryLog(bounds)
      // More than the operating system buffers for a socket.
      const log = memoryLog({ maxLength: 1e8 })
      log.append(Array.from({ length: 500 }, () => story))
      return log
    }
    const server = await startDemoServer({ newsEveryMs: 200, storage, heartbeatMs: 800, stallMs: 1000 })
    console.log(server.url)
    process.stdin.on('data', () => {
      gc()
      console.log(process.memoryUsage.rss())
    })`
  const args = ['--expose-gc', '--conditions=@headwater/source', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)
  const [url] = (await once(lines, 'line')) as [string]
  async function memory(): Promise<number> {
    const line = once(lines, 'line')
    child.stdin.write('?')
    return Number((await line)[0]) / 1024 / 1024
  }
  return { url, memory }
}

async function open(url: string, path: string, lastEventId?: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  const position = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${position}\r\n`)
  return socket
}

test('serves 2,000 streams in bounded memory while some readers read nothing', async () => {
  const { url, memory } = await startServer()
  const idleMemory = await memory()
  const steady = await listen(`${url}/api/market?visitor=steady`)

  const received: number[] = []
  for (let n = 0; n < readers; n++) {
    const socket = await open(url, `/api/news?lang=zh&visitor=reader-${n}`)
    received.push(0)
    socket.on('data', ({ length }) => (received[n] = (received[n] ?? 0) + length))
  }
  for (let n = 0; n < stalled; n++) (await open(url, '/api/news?visitor=stalled', '0-0')).pause()

  const before = steady.messages.length
  await steady.until(() => steady.messages.length >= before + 2000)
  await expect
    .poll(() => statsOf(url, '?visitor=stalled'), { timeout: 60_000 })
    .toMatchObject({ open: 0, opened: stalled })
  const grown = (await memory()) - idleMemory
  console.log(
    `2,000 streams: ${grown.toFixed(0)} MiB above the ${idleMemory.toFixed(0)} MiB of an idle server`,
  )
  expect(grown).toBeLessThan(300)

  expect(gapsIn(idsOf(steady))).toEqual([])
  expect(received.filter((bytes) => bytes < 1000)).toEqual([])
  expect(await statsOf(url, '?visitor=reader-0')).toMatchObject({ open: 1, opened: 1 })
}, 120_000)
