// Serves streams, and the files of a folder if one is given. Runs in its own process, so that its CPU time is not measured.
//   /stream?kind=ticker&messages=1000000&frame=65536   frame: bytes per HTTP chunk; 0: one message per chunk
//   &rate=10000                                        messages per second, each sent separately
//   &ends                                              ends the response after the last message
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { line, random } from './messages.mjs'

const [folder] = process.argv.slice(2)
const WRITE_SIZE = 64 * 1024
const cache = new Map()

/** Returns the bytes to send, already framed as HTTP chunks and cached, so that a slow server does not distort results. */
function framedBytes(kind, messages, frame) {
  const key = `${kind} ${messages} ${frame}`
  if (!cache.has(key))
    cache.set(key, frame ? bytesPerChunk(kind, messages, frame) : onePerChunk(kind, messages))
  return cache.get(key)
}

const chunk = (bytes) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

function text(kind, messages) {
  const next = random(7)
  let result = ''
  for (let index = 0; index < messages; index++) result += line(kind, index, next)
  return Buffer.from(result)
}

function bytesPerChunk(kind, messages, frame) {
  const bytes = text(kind, messages)
  const chunks = []
  for (let from = 0; from < bytes.length; from += frame)
    chunks.push(chunk(bytes.subarray(from, from + frame)))
  return chunks
}

function onePerChunk(kind, messages) {
  const next = random(7)
  const groups = []
  let group = ''
  for (let index = 0; index < messages; index++) {
    const message = line(kind, index, next)
    group += `${Buffer.byteLength(message).toString(16)}\r\n${message}\r\n`
    if (group.length < WRITE_SIZE && index < messages - 1) continue
    groups.push(Buffer.from(group))
    group = ''
  }
  return groups
}

const sleepCell = new Int32Array(new SharedArrayBuffer(4))

/**
 * Sends each message separately when it is due. Sleeps with Atomics.wait: timers are too coarse, and a busy loop would take
 * CPU time from the page.
 */
function pace(response, kind, messages, rate) {
  const next = random(7)
  const start = performance.now()
  let sent = 0
  const step = () => {
    if (sent === messages || response.destroyed) return
    const aheadMs = (sent * 1000) / rate - (performance.now() - start)
    if (aheadMs > 0) Atomics.wait(sleepCell, 0, 0, aheadMs)
    response.write(line(kind, sent++, next))
    setImmediate(step)
  }
  step()
}

function stream(response, query) {
  const [kind, messages, rate] = [query.get('kind'), Number(query.get('messages')), Number(query.get('rate'))]
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  if (rate) return pace(response, kind, messages, rate)
  const chunks = framedBytes(kind, messages, Number(query.get('frame')))
  // Clients that only count bytes need an end. Clients that reconnect close the stream before it.
  const ends = query.has('ends')
  Readable.from(ends ? [...chunks, Buffer.from('0\r\n\r\n')] : chunks)
    .on('error', () => {})
    .pipe(response.socket, { end: ends })
}

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' }

function file(response, path) {
  try {
    const body = readFileSync(join(folder, path))
    response.writeHead(200, { 'content-type': TYPES[path.split('.').at(-1)] ?? 'text/plain' }).end(body)
  } catch {
    response.writeHead(404).end()
  }
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  if (pathname === '/stream') return stream(response, searchParams)
  file(response, pathname.slice(1))
})
server.listen(0, '127.0.0.1', () => process.send({ origin: `http://127.0.0.1:${server.address().port}` }))
process.on('disconnect', () => process.exit())
