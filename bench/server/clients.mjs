// Readers of `pnpm bench server`, all in one process. They only count messages, so that the server is the limit.
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { DIGITS, MARK, now } from './message.mjs'

/** Deliveries after which the server is told. */
const STEP = 2_000
const buffer = Buffer.allocUnsafe(256 * 1024)
const sockets = new Set()
let count = 0
let told = 0
/** Times from publication to receipt in microseconds, while they are measured. */
let delays
let timer

function tell() {
  clearTimeout(timer)
  timer = undefined
  if (count > told) process.send({ delivered: count - told })
  told = count
}

function onChunk(length) {
  const received = delays && now()
  for (let at = buffer.indexOf(MARK); at >= 0 && at < length; at = buffer.indexOf(MARK, at + 1)) {
    count++
    // The time may be in the next chunk.
    if (delays && at + DIGITS < length)
      delays.push(received - Number(buffer.latin1Slice(at + 1, at + 1 + DIGITS)))
  }
  if (count - told >= STEP) tell()
  else timer ??= setTimeout(tell, 5)
  return true
}

const percentile = (sorted, part) => sorted[Math.floor(sorted.length * part)]

const tasks = {
  async connect({ port, readers }) {
    for (let index = 0; index < readers; index++) {
      const socket = connect({ port, host: '127.0.0.1', onread: { buffer, callback: onChunk } })
      socket.on('error', (error) => {
        throw error
      })
      await new Promise((resolve) => void socket.once('connect', resolve))
      socket.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: text/event-stream\r\n\r\n`)
      sockets.add(socket)
    }
  },
  async disconnect() {
    for (const socket of sockets)
      socket
        .removeAllListeners('error')
        .on('error', () => undefined)
        .destroy()
    sockets.clear()
    await wait(50)
    tell()
    const result = { count }
    count = told = 0
    return result
  },
  measure() {
    delays = []
  },
  delays() {
    const sorted = Float64Array.from(delays).sort()
    delays = undefined
    return { p50: percentile(sorted, 0.5) / 1000, p99: percentile(sorted, 0.99) / 1000 }
  },
}

process.on('message', async ({ task, ...options }) => {
  process.send({ result: (await tasks[task](options)) ?? null })
})
process.on('disconnect', () => process.exit())
process.send({})
