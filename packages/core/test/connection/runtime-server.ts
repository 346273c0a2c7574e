// The servers for the scenarios of the runtimes, in their own process. Prints their addresses and exits with its parent.
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import { createBaseServer, type Handler } from './base-server.ts'
import { createFaultServer } from './fault-server.ts'

const SCALE = 100
const TOTAL = 5_000
const stream = { 'content-type': 'text/event-stream' }
const requests: { url: string; method: string; headers: Record<string, unknown> }[] = []
let streams = 0
let bytesSent = 0
let token = 0

const handle =
  (name: string): Handler =>
  (request, response) => {
    const { url = '', method = '', headers } = request
    response.setHeader('connection', 'close')
    if (url === '/stats') {
      const text = JSON.stringify({ requests, streams, bytesSent })
      requests.length = 0
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(text)
    }
    requests.push({ url: name + url, method, headers })
    const routes: Record<string, () => unknown> = {
      '/404': () => response.writeHead(404).end('not here'),
      '/204': () => response.writeHead(204).end(),
      '/relative': () => response.writeHead(302, { location: 'x/../stream' }).end(),
      '/away': () => response.writeHead(302, { location: `${otherOrigin.origin}/stream` }).end(),
      '/once': () => response.writeHead(200, stream).end('data: half an answer\n\n'),
      '/chinese': () =>
        headers['last-event-id']
          ? startStream(`id: ${Buffer.from(String(headers['last-event-id']), 'latin1')}\ndata: again\n\n`)
          : response.writeHead(200, stream).end('id: 消息🎉\ndata: first\n\n'),
      '/gzip': () => {
        response.writeHead(200, { ...stream, 'content-encoding': 'gzip' })
        const gzip = createGzip()
        gzip.pipe(response)
        gzip.write('id: 1\ndata: compressed\n\n')
        gzip.flush()
      },
      // Any token is accepted. Without one the response is 401.
      '/auth': () =>
        Number(headers.authorization) > 0
          ? startStream('data: welcome\n\n')
          : response.writeHead(401).end('who are you?'),
      '/token': () => response.writeHead(200).end(String(++token)),
      '/flood': () => void flood(),
      '/stream': () => startStream('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n'),
    }
    function startStream(text: string): void {
      streams++
      response.on('close', () => streams--)
      response.writeHead(200, stream).write(text)
    }
    async function flood(): Promise<void> {
      startStream('')
      const chunk = 'data: xxxxxxxxxxxxxxxxxxxxxxxxxxx\n\n'.repeat(1_000)
      for (bytesSent = 0; !response.destroyed && bytesSent < 256 * 2 ** 20; bytesSent += chunk.length)
        if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
    ;(routes[url] ?? (() => response.writeHead(500).end()))()
  }

const otherOrigin = await createBaseServer(handle('other'))
const home = await createBaseServer(handle('home'))
const faults = await Promise.all(
  [1, 2, 3].map((seed) => createFaultServer({ seed, total: TOTAL, scale: SCALE })),
)
console.log(
  JSON.stringify({
    home: home.origin,
    faults: faults.map(({ origin }) => `${origin}/stream`),
    scale: SCALE,
    total: TOTAL,
  }),
)
process.stdin.on('end', () => process.exit()).resume()
