import { prices, publishPrice } from './prices.ts'

const server = Deno.serve(
  { port: Number(Deno.env.get('PORT') ?? 8080), hostname: '127.0.0.1' },
  async (request) => {
    if (new URL(request.url).pathname !== '/prices') return new Response(null, { status: 404 })
    if (request.method !== 'POST') return prices.respond(request)
    return Response.json(await publishPrice(await request.json()), { status: 201 })
  },
)

Deno.addSignalListener('SIGTERM', async () => {
  await prices.close({ spreadMs: 10_000 })
  await server.shutdown()
  Deno.exit()
})
