import { prices, publishPrice } from '../../lib/server/prices'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = ({ request }) => prices.respond(request)
export const OPTIONS = GET
export const POST: RequestHandler = async ({ request }) =>
  Response.json(await publishPrice(await request.json()), { status: 201 })
