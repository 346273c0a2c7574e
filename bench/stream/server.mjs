// A process of its own, so that what serving costs is nobody's time: streams, and the files of a folder if it is given one.
//   /stream?kind=ticker&messages=1000000&frame=65536   so many bytes to an HTTP chunk; 0: a message to a chunk
//   &rate=10000                                        so many messages a second, each sent by itself
//   &ends                                              ends after the last
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { line, random } from './messages.mjs'

const [folder] = process.argv.slice(2)
const WRITE = 64 * 1024
const made = new Map()

/** What goes over the wire, framed already, so that a slow server is not what is measured. */
function writes(kind, messages, frame) {
  const key = `${kind} ${messages} ${frame}`
  if (!made.has(key)) made.set(key, frame ? framed(kind, messages, frame) : grouped(kind, messages))
  return made.get(key)
}

const chunk = (bytes) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

function text(kind, messages) {
  const next = random(7)
  let all = ''
  for (let index = 0; index < messages; index++) all += line(kind, index, next)
  return Buffer.from(all)
}

function framed(kind, messages, frame) {
  const bytes = text(kind, messages)
  const chunks = []
  for (let from = 0; from < bytes.length; from += frame)
    chunks.push(chunk(bytes.subarray(from, from + frame)))
  return chunks
}

function grouped(kind, messages) {
  const next = random(7)
  const groups = []
  let group = ''
  for (let index = 0; index < messages; index++) {
    const message = line(kind, index, next)
    group += `${Buffer.byteLength(message).toString(16)}\r\n${message}\r\n`
    if (group.length < WRITE && index < messages - 1) continue
    groups.push(Buffer.from(group))
    group = ''
  }
  return groups
}

const bell = new Int32Array(new SharedArrayBuffer(4))

/**
 * Sends each message when it is due, by itself. Timers are too coarse for that, and a server that spins would take the page's
 * processor: so it sleeps.
 */
function pace(response, kind, messages, rate) {
  const next = random(7)
  const start = performance.now()
  let sent = 0
  const step = () => {
    if (sent === messages || response.destroyed) return
    const aheadMs = (sent * 1000) / rate - (performance.now() - start)
    if (aheadMs > 0) Atomics.wait(bell, 0, 0, aheadMs)
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
  const chunks = writes(kind, messages, Number(query.get('frame')))
  // Whoever only counts bytes needs an end; whoever would reconnect after it has closed before.
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
