// Worker for workerd: one channel in a Durable Object, because responses of different requests share it.
import { createChannel, memoryLog } from './server.mjs'

export class Room {
  channel = createChannel('room', { log: memoryLog(), heartbeatMs: 200 })

  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/publish') return new Response(await this.channel.publish('n', await request.text()))
    if (pathname === '/readers') return new Response(String(this.channel.readers))
    if (pathname === '/close') await this.channel.close({ spreadMs: 700 })
    return this.channel.respond(request)
  }
}

export default {
  fetch: (request, { ROOM }) => ROOM.get(ROOM.idFromName('room')).fetch(request),
}
