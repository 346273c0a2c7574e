import { prices, publishPrice } from './prices.ts'

export default {
  hostname: '127.0.0.1',
  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'POST') return prices.respond(request)
    return Response.json(await publishPrice(await request.json()), { status: 201 })
  },
}
