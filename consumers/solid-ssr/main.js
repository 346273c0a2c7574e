import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { render } from './dist/server/server.js'

const client = new URL('dist/client/', import.meta.url)
const template = await readFile(new URL('index.html', client), 'utf8')

createServer(async ({ url }, answer) => {
  if (url === '/') {
    const { page, hydration } = render()
    answer.setHeader('content-type', 'text/html; charset=utf-8')
    answer.end(template.replace('<!--hydration-->', hydration).replace('<!--page-->', page))
    return
  }
  try {
    const file = await readFile(new URL(`.${url}`, client))
    answer.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/plain')
    answer.end(file)
  } catch {
    answer.writeHead(404).end()
  }
}).listen(Number(process.env.PORT), '127.0.0.1')
