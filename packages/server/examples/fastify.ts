import { fastify } from 'fastify'
import { prices, publishPrice, type Price } from './prices.ts'

const app = fastify()
app.route({
  method: ['GET', 'OPTIONS'],
  url: '/prices',
  handler: async (request, reply) => {
    reply.hijack()
    await prices.handle(request.raw, reply.raw)
  },
})
app.post<{ Body: Price }>('/prices', async (request, reply) =>
  reply.code(201).send(await publishPrice(request.body)),
)
await app.listen({ port: Number(process.env.PORT ?? 8080), host: '127.0.0.1' })

process.once('SIGTERM', async () => {
  await prices.close({ spreadMs: 10_000 })
  await app.close()
})
