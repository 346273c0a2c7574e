// Servers that send each message to all readers. Each one imports its package when it is created, because each runs in its own
// process. `publish` sends a message, and `readers` counts the open responses.
import { once } from 'node:events'
import { createServer } from 'node:http'

export const FLOOR = 'bare `res.write` loop'
export const OURS = '@headwater/server'

const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }

async function listen(listener) {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1', 4096)
  await once(server, 'listening')
  return server.address().port
}

/** Returns a set that forgets each response when it closes. */
function openResponses() {
  const open = new Set()
  const add = (response, entry) => {
    open.add(entry)
    response.on('close', () => open.delete(entry))
  }
  return { open, add }
}

/** Creates the server of this package over a log. */
export async function createOurs(log, options = {}) {
  const { createChannel } = await import('@headwater/server')
  const channel = createChannel('bench', { log })
  const port = await listen((request, response) => void channel.handle(request, response, options))
  return { port, publish: (data) => channel.publish('message', data), readers: () => channel.readers }
}

export const contenders = {
  async [FLOOR]() {
    const { open, add } = openResponses()
    const port = await listen((_, response) => {
      response.writeHead(200, headers).write(':\n\n')
      add(response, response)
    })
    const publish = (data) => {
      const bytes = Buffer.from(`data: ${data}\n\n`)
      for (const response of open) response.write(bytes)
    }
    return { port, publish, readers: () => open.size }
  },
  async [OURS]() {
    const { memoryLog } = await import('@headwater/server')
    return createOurs(memoryLog())
  },
  async 'better-sse'() {
    const { createChannel, createSession } = await import('better-sse')
    const channel = createChannel()
    const port = await listen(async (request, response) => {
      channel.register(await createSession(request, response))
    })
    return { port, publish: (data) => channel.broadcast(data), readers: () => channel.sessionCount }
  },
  async '@fastify/sse'() {
    const { default: fastify } = await import('fastify')
    const { default: sse } = await import('@fastify/sse')
    const { open, add } = openResponses()
    const app = fastify()
    await app.register(sse)
    app.get('/', { sse: 'only' }, async (_, reply) => {
      reply.sse.keepAlive()
      reply.sse.sendHeaders()
      add(reply.raw, reply.sse)
    })
    await app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
    const publish = (data) => {
      for (const connection of open) connection.send({ data }).catch(() => undefined)
    }
    return { port: app.server.address().port, publish, readers: () => open.size }
  },
  async 'Hono `streamSSE`'() {
    const { Hono } = await import('hono')
    const { streamSSE } = await import('hono/streaming')
    const { getRequestListener } = await import('@hono/node-server')
    const open = new Set()
    const app = new Hono()
    app.get('/', (context) =>
      streamSSE(context, async (stream) => {
        open.add(stream)
        await new Promise((resolve) => stream.onAbort(resolve))
        open.delete(stream)
      }),
    )
    const port = await listen(getRequestListener(app.fetch))
    const publish = (data) => {
      for (const stream of open) void stream.writeSSE({ data })
    }
    return { port, publish, readers: () => open.size }
  },
}
