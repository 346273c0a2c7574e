import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { prices, publishPrice, type Price } from './prices.ts'

const server = createServer((request, response) =>
  request.method === 'POST' ? receive(request, response) : prices.handle(request, response),
).listen(Number(process.env.PORT ?? 8080), '127.0.0.1')

async function receive(request: IncomingMessage, response: ServerResponse) {
  try {
    const published = await publishPrice((await json(request)) as Price)
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(published))
  } catch {
    response.writeHead(400).end()
  }
}

process.once('SIGTERM', async () => {
  await prices.close({ spreadMs: 10_000 })
  server.close()
})
