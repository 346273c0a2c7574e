// The main scenarios of a connection in plain JavaScript, for any runtime: `<runtime> runtime-scenarios.mjs <core> <servers>`.
// The process must exit by itself. If it does not, something has leaked.
const [coreUrl, json] = globalThis.Deno?.args ?? process.argv.slice(2)
const { createEventStream } = await import(coreUrl)
const { home, faults, scale, total } = JSON.parse(json)

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const stats = async () => (await fetch(`${home}/stats`)).json()
const begin = Date.now()
const clock = {
  now: () => begin + (Date.now() - begin) * scale,
  monotonic: () => performance.now() * scale,
  random: Math.random,
  timer(callback, ms) {
    const timer = setTimeout(callback, ms / scale)
    return () => clearTimeout(timer)
  },
  frame: () => () => undefined,
}

function expectEqual(actual, expected, description) {
  const [actualJson, expectedJson] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (actualJson !== expectedJson)
    throw new Error(`${description}: expected ${expectedJson}, received ${actualJson}`)
}

async function waitFor(description, condition, ms = 5_000) {
  for (const end = Date.now() + ms; !(await condition()); await sleep(5))
    if (Date.now() > end) throw new Error(`Waited ${ms} ms for ${description}.`)
}

/** Reads a stream until `isDone` returns true, and closes it. Returns its messages and its last state. */
async function read(path, options, isDone) {
  const messages = []
  const stream = createEventStream(path.startsWith('http') ? path : home + path, { clock, ...options })
  const unsubscribe = stream.onMessage((message) => void messages.push(message))
  try {
    await waitFor(path, () => isDone(messages, stream.getSnapshot()), 20_000)
    return { messages, state: stream.getSnapshot() }
  } finally {
    stream.close()
    unsubscribe()
  }
}

const isClosed = (_, { status }) => status === 'closed'
const hasMessages = (count) => (messages) => messages.length >= count

const scenarios = {
  async 'delivers messages once and in order despite random faults'() {
    for (const url of faults) {
      const headers = async ({ error }) => ({ authorization: error?.status === 401 ? 'fresh' : 'stale' })
      const { messages, state } = await read(url, { headers }, isClosed)
      expectEqual([state.status, state.reason], ['closed', 'ended'], 'the final state')
      const firstError = messages.findIndex(({ data }, index) => Number(data.split('\n')[0]) !== index + 1)
      expectEqual([messages.length, firstError], [total, -1], 'number of messages, index of the first error')
    }
  },
  async 'sends an id in Chinese when it reconnects'() {
    const { messages } = await read('/chinese', {}, hasMessages(2))
    expectEqual(
      messages.map(({ id }) => id),
      ['消息🎉', '消息🎉'],
      'the ids',
    )
  },
  async 'delivers the messages of a compressed stream as they arrive'() {
    const { messages } = await read('/gzip', {}, hasMessages(1))
    expectEqual(messages[0], { type: 'message', data: 'compressed', id: '1' }, 'the message')
  },
  async 'ends after 204, and fails after 404 with the start of the body'() {
    const ended = await read('/204', {}, isClosed)
    expectEqual(ended.state.reason, 'ended', 'after 204')
    const { state } = await read('/404', {}, isClosed)
    expectEqual(
      [state.reason, state.error.code, state.error.status, state.error.body],
      ['failed', 'status', 404, 'not here'],
      'after 404',
    )
  },
  async 'sends a POST once'() {
    await stats()
    await read('/once', { method: 'POST', body: 'question' }, isClosed)
    expectEqual(
      (await stats()).requests.map(({ method }) => method),
      ['POST'],
      'the requests',
    )
  },
  async 'refreshes headers once for all streams that were refused'() {
    await stats()
    let token = ''
    const headers = async ({ error }) => {
      if (error?.status === 401) token = await (await fetch(`${home}/token`)).text()
      return { authorization: token }
    }
    await Promise.all([1, 2, 3].map(() => read('/auth', { headers }, hasMessages(1))))
    const { requests } = await stats()
    expectEqual(requests.filter(({ url }) => url === 'home/token').length, 1, 'number of tokens fetched')
  },
  async 'does not forward Authorization when a redirect leaves the origin'() {
    await stats()
    await read('/away', { headers: { authorization: 'secret' } }, hasMessages(3))
    await read('/relative', { headers: { authorization: 'secret' } }, hasMessages(3))
    const { requests } = await stats()
    const received = requests
      .filter(({ url }) => url.endsWith('/stream'))
      .map(({ url, headers }) => [url, headers.authorization ?? ''])
    expectEqual(
      received,
      [
        ['other/stream', ''],
        ['home/stream', 'secret'],
      ],
      'the Authorization header at each origin',
    )
  },
  async 'refuses to redirect a request with a custom header, a cookie or a body'() {
    await stats()
    for (const options of [
      { headers: { 'x-api-key': 'secret' } },
      { headers: { cookie: 'a=secret' } },
      { method: 'POST', body: 'secret' },
    ]) {
      const { state } = await read('/away', options, isClosed)
      expectEqual([state.reason, state.error.code], ['failed', 'redirect'], Object.keys(options).join())
      expectEqual(/ to http.*\/stream, which/.test(state.error.message), true, state.error.message)
    }
    expectEqual(
      (await stats()).requests.filter(({ url }) => url.startsWith('other')),
      [],
      'requests at the other origin',
    )
  },
  async 'closes the socket when a loop over the messages ends'() {
    const received = []
    for await (const { data } of createEventStream(`${home}/stream`, { closeDelayMs: 0 }))
      if (received.push(data) === 2) break
    expectEqual(received, ['1', '2'], 'the messages')
    await waitFor('the socket to close', async () => (await stats()).streams === 0)
  },
  async 'closes the socket when its signal is aborted, and sends no request if it was aborted before'() {
    const controller = new AbortController()
    const stream = createEventStream(`${home}/stream`, { signal: controller.signal })
    const unsubscribe = stream.onMessage(() => controller.abort())
    await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
    unsubscribe()
    await waitFor('the socket to close', async () => (await stats()).streams === 0)
    await read('/stream', { signal: AbortSignal.abort() }, isClosed)
    expectEqual((await stats()).requests, [], 'requests')
  },
  async 'slows the server down if a listener is slow'() {
    const stream = createEventStream(`${home}/flood`)
    let read = 0
    const unsubscribe = stream.onMessage(async () => {
      read++
      await sleep(50)
    })
    await sleep(1_500)
    const { bytesSent } = await stats()
    stream.close()
    unsubscribe()
    if (!(read > 0 && bytesSent < 64 * 2 ** 20))
      throw new Error(`${read} messages read, ${bytesSent} bytes sent`)
    await waitFor('the socket to close', async () => (await stats()).streams === 0)
  },
  async 'reports an error thrown by a listener, without an effect on other streams'() {
    const reports = []
    const { error } = console
    console.error = (what) => reports.push(what)
    const stream = createEventStream(`${home}/stream`)
    const unsubscribe = stream.onMessage(() => {
      throw new Error('from a listener')
    })
    const { messages } = await read('/stream', {}, hasMessages(3))
    await waitFor('three reports', () => reports.length === 3)
    stream.close()
    unsubscribe()
    console.error = error
    expectEqual(messages.length, 3, 'messages of the other stream')
  },
}

let failed = 0
for (const [name, run] of Object.entries(scenarios)) {
  try {
    await run()
    console.log(`  ✓ ${name}`)
  } catch (error) {
    failed++
    console.log(`  ✗ ${name}: ${error?.stack ?? error}`)
  }
}
console.log(`  ${Object.keys(scenarios).length - failed} passed, ${failed} failed`)
if (failed > 0) throw new Error(`${failed} scenarios failed`)
