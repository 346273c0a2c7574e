// The connection's main stories in plain JavaScript, for any runtime: `<runtime> runtime-stories.mjs <core> <servers>`.
// It ends by itself: what keeps it alive at its end is a leak.
const [coreUrl, json] = globalThis.Deno?.args ?? process.argv.slice(2)
const { createEventStream } = await import(coreUrl)
const { home, faults, scale, total } = JSON.parse(json)

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const stats = async () => (await fetch(`${home}/stats`)).json()
const begin = Date.now()
const clock = {
  now: () => begin + (Date.now() - begin) * scale,
  random: Math.random,
  timer(callback, ms) {
    const timer = setTimeout(callback, ms / scale)
    return () => clearTimeout(timer)
  },
  frame: () => () => undefined,
}

function equal(actual, expected, what) {
  const [is, ought] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== ought) throw new Error(`${what}: ${is}, not ${ought}`)
}

async function until(what, holds, ms = 5_000) {
  for (const end = Date.now() + ms; !(await holds()); await sleep(5))
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`)
}

/** Reads until something is true, closes, and tells what came. */
async function read(path, options, enough) {
  const messages = []
  const stream = createEventStream(path.startsWith('http') ? path : home + path, { clock, ...options })
  const leave = stream.onMessage((message) => void messages.push(message))
  try {
    await until(path, () => enough(messages, stream.getSnapshot()), 20_000)
    return { messages, state: stream.getSnapshot() }
  } finally {
    stream.close()
    leave()
  }
}

const closed = (_, { status }) => status === 'closed'
const some = (count) => (messages) => messages.length >= count

const stories = {
  async 'messages through random faults come once and in order'() {
    for (const url of faults) {
      const headers = async ({ error }) => ({ authorization: error?.status === 401 ? 'fresh' : 'stale' })
      const { messages, state } = await read(url, { headers }, closed)
      equal([state.status, state.reason], ['closed', 'ended'], 'the end')
      const wrong = messages.findIndex(({ data }, index) => Number(data.split('\n')[0]) !== index + 1)
      equal([messages.length, wrong], [total, -1], 'messages, and the first wrong one')
    }
  },
  async 'an id in Chinese survives a reconnect'() {
    const { messages } = await read('/chinese', {}, some(2))
    equal(
      messages.map(({ id }) => id),
      ['消息🎉', '消息🎉'],
      'the ids',
    )
  },
  async 'a gzipped stream is read as it comes'() {
    const { messages } = await read('/gzip', {}, some(1))
    equal(messages[0], { type: 'message', data: 'pressed', id: '1' }, 'the message')
  },
  async '204 ends, 404 fails with the start of its body'() {
    const ended = await read('/204', {}, closed)
    equal(ended.state.reason, 'ended', 'after 204')
    const { state } = await read('/404', {}, closed)
    equal(
      [state.reason, state.error.code, state.error.status, state.error.body],
      ['failed', 'status', 404, 'not here'],
      'after 404',
    )
  },
  async 'a POST is sent once'() {
    await stats()
    await read('/once', { method: 'POST', body: 'question' }, closed)
    equal(
      (await stats()).asked.map(({ method }) => method),
      ['POST'],
      'the requests',
    )
  },
  async 'one refresh serves every stream that is refused'() {
    await stats()
    let token = ''
    const headers = async ({ error }) => {
      if (error?.status === 401) token = await (await fetch(`${home}/token`)).text()
      return { authorization: token }
    }
    await Promise.all([1, 2, 3].map(() => read('/auth', { headers }, some(1))))
    const { asked } = await stats()
    equal(asked.filter(({ url }) => url === 'home/token').length, 1, 'tokens that were fetched')
  },
  async 'Authorization stays behind when a redirect leaves the origin'() {
    await stats()
    await read('/away', { headers: { authorization: 'secret' } }, some(3))
    await read('/relative', { headers: { authorization: 'secret' } }, some(3))
    const { asked } = await stats()
    const got = asked
      .filter(({ url }) => url.endsWith('/stream'))
      .map(({ url, headers }) => [url, headers.authorization ?? ''])
    equal(
      got,
      [
        ['stranger/stream', ''],
        ['home/stream', 'secret'],
      ],
      'who got what',
    )
  },
  async 'a redirect with a header of one’s own, a cookie or a body is refused'() {
    await stats()
    for (const options of [
      { headers: { 'x-api-key': 'secret' } },
      { headers: { cookie: 'a=secret' } },
      { method: 'POST', body: 'secret' },
    ]) {
      const { state } = await read('/away', options, closed)
      equal([state.reason, state.error.code], ['failed', 'redirect'], Object.keys(options).join())
      equal(/ to http.*\/stream\./.test(state.error.message), true, state.error.message)
    }
    equal(
      (await stats()).asked.filter(({ url }) => url.startsWith('stranger')),
      [],
      'what reached the stranger',
    )
  },
  async 'leaving a loop closes the socket'() {
    const seen = []
    for await (const { data } of createEventStream(`${home}/stream`, { closeDelayMs: 0 }))
      if (seen.push(data) === 2) break
    equal(seen, ['1', '2'], 'what was read')
    await until('the socket is closed', async () => (await stats()).streams === 0)
  },
  async 'an aborted signal closes the socket, and one aborted before asks for nothing'() {
    const controller = new AbortController()
    const stream = createEventStream(`${home}/stream`, { signal: controller.signal })
    const leave = stream.onMessage(() => controller.abort())
    await until('the abort', () => stream.getSnapshot().status === 'closed')
    leave()
    await until('the socket is closed', async () => (await stats()).streams === 0)
    await read('/stream', { signal: AbortSignal.abort() }, closed)
    equal((await stats()).asked, [], 'requests')
  },
  async 'a slow reader slows the server down'() {
    const stream = createEventStream(`${home}/flood`)
    let read = 0
    const leave = stream.onMessage(async () => {
      read++
      await sleep(50)
    })
    await sleep(1_500)
    const { flooded } = await stats()
    stream.close()
    leave()
    if (!(read > 0 && flooded < 64 * 2 ** 20)) throw new Error(`${read} messages read, ${flooded} bytes sent`)
    await until('the socket is closed', async () => (await stats()).streams === 0)
  },
  async 'a listener that throws is reported, and harms nobody'() {
    const reports = []
    const { error } = console
    console.error = (what) => reports.push(what)
    const stream = createEventStream(`${home}/stream`)
    const leave = stream.onMessage(() => {
      throw new Error('from a listener')
    })
    const { messages } = await read('/stream', {}, some(3))
    await until('three reports', () => reports.length === 3)
    stream.close()
    leave()
    console.error = error
    equal(messages.length, 3, 'what another reader got')
  },
}

let failed = 0
for (const [name, story] of Object.entries(stories)) {
  try {
    await story()
    console.log(`  ✓ ${name}`)
  } catch (error) {
    failed++
    console.log(`  ✗ ${name}: ${error?.stack ?? error}`)
  }
}
console.log(`  ${Object.keys(stories).length - failed} passed, ${failed} failed`)
if (failed > 0) throw new Error(`${failed} stories failed`)
