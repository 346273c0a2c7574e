// The main scenarios of the server in plain JavaScript, for any runtime: `<runtime> runtime-scenarios.mjs <server>`. The process must
// exit by itself at the end; a process that stays alive has a leak.
const [serverUrl] = globalThis.Deno?.args ?? process.argv.slice(2)
const { channels, createChannel, memoryLog } = await import(serverUrl)

function assertEqual(actual, expected, name) {
  const [actualJson, expectedJson] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (actualJson !== expectedJson) throw new Error(`${name}: ${actualJson}, not ${expectedJson}`)
}

/** Serves a channel with the server of the runtime. */
async function serve(channel) {
  const respond = (request) => channel.respond(request)
  if (globalThis.Deno) {
    const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, respond)
    return { url: `http://127.0.0.1:${server.addr.port}/`, stop: () => server.shutdown() }
  }
  if (globalThis.Bun) {
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: respond })
    return { url: `http://127.0.0.1:${server.port}/`, stop: () => server.stop(true) }
  }
  const { createServer } = await import('node:http')
  const server = createServer((request, response) => void channel.handle(request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${server.address().port}/`, stop }
}

/** Reads a response until it contains a text. Returns what was read. */
async function read(body, end) {
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes(end)) {
    const { done, value } = await body.read()
    if (done) throw new Error(`The response ended: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  return text
}

async function assertNoReaders(channel) {
  for (let turn = 0; turn < 400 && channel.readers > 0; turn++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assertEqual(channel.readers, 0, 'readers')
}

const scenarios = {
  async 'a client gets live messages, leaves, and resumes'(channel, url) {
    const first = await fetch(url)
    const body = first.body.getReader()
    await read(body, '\n\n')
    await channel.publish('n', { text: 'ü€' })
    const text = await read(body, 'event: n')
    const rest = text.includes('\nid: ') ? text : text + (await read(body, '\nid: '))
    const [, id] = /\nid: (.*)\n/.exec(rest)
    await body.cancel()
    await assertNoReaders(channel)
    await channel.publish('n', 'missed')
    const again = await fetch(url, { headers: { 'last-event-id': id } })
    assertEqual(again.headers.get('sse-resume'), 'complete', 'SSE-Resume')
    const second = again.body.getReader()
    await read(second, 'data: "missed"')
    await second.cancel()
    await assertNoReaders(channel)
  },
  async 'a gap is told'(_, url) {
    const response = await fetch(url, { headers: { 'last-event-id': '1-1' } })
    assertEqual(response.headers.get('sse-resume'), 'gap', 'SSE-Resume')
    const body = response.body.getReader()
    await read(body, 'data: {"from":"1-1","to":null}')
    await body.cancel()
  },
  async 'a quiet response has heartbeats'(_, url) {
    const body = (await fetch(url)).body.getReader()
    await read(body, '\n\n')
    await read(body, ':\n\n')
    await body.cancel()
  },
  async 'many messages come in order'(channel, url) {
    const body = (await fetch(url)).body.getReader()
    await read(body, '\n\n')
    for (let n = 0; n < 5000; n++) void channel.publish('n', n)
    await channel.publish('end', 0)
    const text = await read(body, 'event: end')
    const numbers = [...text.matchAll(/^event: n\ndata: (\d+)$/gm)].map(([, n]) => Number(n))
    assertEqual(
      numbers,
      Array.from({ length: 5000 }, (_, n) => n),
      'the messages',
    )
    await body.cancel()
  },
  async 'a closed channel ends its responses and answers 503'(channel, url) {
    const body = (await fetch(url)).body.getReader()
    await read(body, '\n\n')
    await channel.close({ spreadMs: 700 })
    await read(body, 'retry: 700\n')
    const refused = await fetch(url)
    await refused.arrayBuffer()
    assertEqual([refused.status, refused.headers.get('retry-after')], [503, '1'], 'the answer')
  },
}

const channel = createChannel('runtime', { log: memoryLog({ maxMessages: 10_000 }), heartbeatMs: 200 })
const server = await serve(channel)
for (const [name, scenario] of Object.entries(scenarios)) {
  await scenario(channel, server.url)
  console.log(`  ✔ ${name}`)
}
const rooms = channels('rooms', { log: () => memoryLog() })
await rooms('a').publish('n', 1)
await rooms.close()
await server.stop()
