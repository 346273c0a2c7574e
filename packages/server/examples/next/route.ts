import { prices, publishPrice } from '@/prices'

export const dynamic = 'force-dynamic'

export const GET = (request: Request) => prices.respond(request)
export const OPTIONS = GET
export const POST = async (request: Request) =>
  Response.json(await publishPrice(await request.json()), { status: 201 })
