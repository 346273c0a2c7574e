import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { breaksIn, idsOf, listen, statsOf } from './listener.ts'

const readers = 1950
const sleepers = 50

/** A server in a process of its own, whose memory can be asked for. */
async function startServer() {
  const script = `
    import { startDemoServer } from ${JSON.stringify(new URL('../src/server.ts', import.meta.url).href)}
    const limits = { heartbeatMs: 100, patienceMs: 1000 }
    const server = await startDemoServer({ newsEveryMs: 0.02, ...limits })
    console.log(server.url)
    process.stdin.on('data', () => {
      gc()
      console.log(process.memoryUsage.rss())
    })`
  const args = ['--expose-gc', '--input-type=module', '--eval', script]
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

async function open(url: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  return socket
}

test('2,000 streams are served in bounded memory, some of whose readers take nothing', async () => {
  const { url, memory } = await startServer()
  const before = await memory()
  const careful = await listen(`${url}/api/market?visitor=careful`)

  const taken: number[] = []
  for (let n = 0; n < readers; n++) {
    const socket = await open(url, `/api/ticker?visitor=reader-${n}`)
    taken.push(0)
    socket.on('data', ({ length }) => (taken[n] = (taken[n] ?? 0) + length))
  }
  for (let n = 0; n < sleepers; n++) (await open(url, '/api/news?visitor=sleepers')).pause()

  const seen = careful.messages.length
  await careful.until(() => careful.messages.length >= seen + 2000)
  await expect
    .poll(() => statsOf(url, '?visitor=sleepers'), { timeout: 15_000 })
    .toMatchObject({ open: 0, opened: sleepers })
  const grown = (await memory()) - before
  console.log(`2,000 streams: ${grown.toFixed(0)} MiB above the ${before.toFixed(0)} MiB of an idle server`)
  expect(grown).toBeLessThan(300)

  expect(breaksIn(idsOf(careful))).toEqual([])
  expect(taken.filter((bytes) => bytes < 5000)).toEqual([])
  expect(await statsOf(url, '?visitor=reader-0')).toMatchObject({ open: 1, opened: 1 })
}, 40_000)
