import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { prices, publishPrice } from './prices.ts'

const app = new Hono()
app.on(['GET', 'OPTIONS'], '/prices', (context) => prices.respond(context.req.raw))
app.post('/prices', async (context) => context.json(await publishPrice(await context.req.json()), 201))
const server = serve({
  fetch: app.fetch,
  port: Number(process.env.PORT ?? 8080),
  hostname: '127.0.0.1',
})

process.once('SIGTERM', async () => {
  await prices.close({ spreadMs: 10_000 })
  server.close()
})
