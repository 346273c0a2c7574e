// Sends all messages of a log to one reader, who reads slower than the log is read, and measures the memory meanwhile.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createOurs } from './contenders.mjs'
import { MARK, message } from './message.mjs'

const [name, total] = [process.argv[2], Number(process.argv[3])]
const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'))

async function createLog() {
  if (name === 'memoryLog')
    return (await import('@headwater/server')).memoryLog({ maxMessages: total, maxLength: Infinity })
  const { sqliteLog } = await import('@headwater/server/sqlite')
  return sqliteLog(join(folder, 'events.db'), { maxMessages: total })
}

const server = await createOurs(await createLog(), { from: 'start' })
for (let sent = 0; sent < total;) {
  const batch = Math.min(1_000, total - sent)
  await Promise.all(Array.from({ length: batch }, () => server.publish(message())))
  sent += batch
}
const memory = () => {
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
const before = memory()
let peak = before
let count = 0
const start = performance.now()
const socket = connect(server.port, '127.0.0.1')
socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
let chunks = 0
for await (const chunk of socket) {
  for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + 1)) count++
  if (++chunks % 16 === 0) {
    peak = Math.max(peak, memory())
    // The server could run ahead of the reader here.
    await wait(1)
  }
  if (count >= total) break
}
const ms = performance.now() - start
rmSync(folder, { recursive: true, force: true })
process.send({ name, count, total, ms, before, growth: peak - before }, () => process.exit())
