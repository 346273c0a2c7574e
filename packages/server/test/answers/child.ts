// Serves answers, in a process of its own. It writes its port, and then each error, one line each.
//
// POST /<id> runs the model, or attaches. GET /<id> attaches. DELETE /<id> stops.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createClient } from 'redis'
import { createAnswers, type Producer } from '../../src/answers.ts'
import { redisAnswers } from '../../src/redis.ts'
import { sqliteAnswers } from '../../src/sqlite.ts'

const [place, model, leaseMs] = process.argv.slice(2) as [string, string, string]
const isRedis = place.startsWith('redis:')
const answers = createAnswers('answers', {
  store: isRedis ? redisAnswers(createClient({ url: place })) : sqliteAnswers(place, { pollMs: 10 }),
  leaseMs: Number(leaseMs),
  retryMs: 20,
  onError: (error) => void process.stdout.write(`${String(error)}\n`),
})

const ask =
  (id: string): Producer =>
  async (publish, signal) => {
    const { body } = await fetch(model + id, { signal })
    const lines = createInterface({ input: Readable.fromWeb(body as ReadableStream) })
    // A stream that was aborted ends its lines without an error.
    for await (const line of lines) void publish('', line)
    signal.throwIfAborted()
  }

const server = createServer(async (request, response) => {
  const id = request.url!.slice(1)
  if (request.method === 'DELETE') response.end(String(await answers.stop(id)))
  else await answers.handle(request, response, id, request.method === 'POST' ? { run: ask(id) } : {})
}).listen(0, '127.0.0.1', () => void process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
// Readers lose their connections.
process.on('SIGUSR2', () => server.closeAllConnections())
// Ends with the test.
process.stdin.resume().on('end', () => process.exit())
