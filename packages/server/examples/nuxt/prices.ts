import { prices, publishPrice } from '../utils/prices'

export default defineEventHandler(async (event) => {
  if (event.method !== 'POST') return prices.handle(event.node.req, event.node.res)
  setResponseStatus(event, 201)
  return await publishPrice(await readBody(event))
})
