import { prices, publishPrice } from './prices.ts'

const server = Bun.serve({
  port: Number(process.env.PORT ?? 8080),
  hostname: '127.0.0.1',
  routes: {
    '/prices': {
      GET: (request) => prices.respond(request),
      OPTIONS: (request) => prices.respond(request),
      POST: async (request) => Response.json(await publishPrice(await request.json()), { status: 201 }),
    },
  },
})

process.once('SIGTERM', async () => {
  await prices.close({ spreadMs: 10_000 })
  await server.stop()
})
