// One process of the chaos test: serves a channel over a log, and publishes what it is sent. Ends with its parent.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { createClient } from 'redis'
import { createChannel, PublishError } from '../../src/index.ts'
import { redisLog } from '../../src/redis.ts'
import { sqliteLog } from '../../src/sqlite.ts'

/** Message that is to be published. */
export interface Order {
  readonly data: string
  readonly dedupeKey?: string | undefined
}

interface Events {
  tick: string
}

const [place, port, maxMessages] = process.argv.slice(2) as [string, string, string]
const bounds = { maxMessages: Number(maxMessages) }
const channel = createChannel<Events>('ticks', {
  log: place.startsWith('redis:')
    ? redisLog(createClient({ url: place }), 'ticks', bounds)
    : sqliteLog(place, bounds),
  format: 'text',
  retryMs: 100,
  heartbeatMs: 1000,
  cors: { origin: '*' },
})

async function publish({ data, dedupeKey }: Order): Promise<string> {
  try {
    return await channel.publish('tick', data, { dedupeKey })
  } catch (error) {
    return error instanceof PublishError ? error.code : String(error)
  }
}

const server = createServer(async (request, response) => {
  if (request.url === '/page')
    return response.setHeader('content-type', 'text/html').end('<title>chaos</title>')
  if (request.method !== 'POST') return channel.handle(request, response)
  const orders = (await json(request)) as Order[]
  return response.end(JSON.stringify(await Promise.all(orders.map(publish))))
})
server.listen(Number(port), '127.0.0.1', () => process.send!('ready'))

process.on('message', async (spreadMs: number) => {
  await channel.close({ spreadMs })
  process.exit()
})
process.on('disconnect', () => process.exit())
