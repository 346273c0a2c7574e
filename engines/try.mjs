import { startWebKit } from './webdriver.ts'
import { createServer } from 'node:http'
const server = createServer((req, res) => { console.log(req.url); res.end('<!doctype html><title>x</title>ok') })
await new Promise(r => server.listen(0, '127.0.0.1', r))
const s = await startWebKit()
for (const host of ['127.0.0.1', 'localhost']) {
  console.time(host)
  console.log(await Promise.race([s.send('POST', '/url', { url: `http://${host}:${server.address().port}/` }).catch(String), new Promise(r => setTimeout(r, 5000, 'timeout'))]))
  console.timeEnd(host)
}
process.exit()
