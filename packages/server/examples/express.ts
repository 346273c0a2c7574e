import express from 'express'
import { prices, publishPrice } from './prices.ts'

const app = express()
app
  .route('/prices')
  .get((request, response) => prices.handle(request, response))
  .options((request, response) => prices.handle(request, response))
  .post(express.json(), async (request, response) => {
    response.status(201).json(await publishPrice(request.body))
  })
const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1')

process.once('SIGTERM', async () => {
  await prices.close({ spreadMs: 10_000 })
  server.close()
})
