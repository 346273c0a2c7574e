// The drop-ins' main stories in plain JavaScript, for any runtime: `<runtime> runtime-stories.mjs <drop-ins> <servers>`.
// It ends by itself: what keeps it alive at its end is a leak.
const [dropInsUrl, json] = globalThis.Deno?.args ?? process.argv.slice(2)
const { EventSource, EventSourcePolyfill, fetchEventSource } = await import(dropInsUrl)
const { home } = JSON.parse(json)

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const stats = async () => (await fetch(`${home}/stats`)).json()
/** Waits go by a hundred times as fast. */
const clock = {
  now: Date.now,
  random: Math.random,
  timer(callback, ms) {
    const timer = setTimeout(callback, ms / 100)
    return () => clearTimeout(timer)
  },
  frame: () => () => undefined,
}

function equal(actual, expected, what) {
  const [is, ought] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== ought) throw new Error(`${what}: ${is}, not ${ought}`)
}

/** Reads so many messages, or to the end, and closes. */
function read(source, count = Infinity) {
  return new Promise((resolve) => {
    const messages = []
    const end = (error) => {
      source.close()
      resolve({ messages, error })
    }
    source.onmessage = (event) => messages.push(event) === count && end()
    source.onerror = (error) => source.readyState === 2 && end(error)
  })
}

async function noStreamIsLeft() {
  for (let turn = 0; turn < 400 && (await stats()).streams > 0; turn++) await sleep(10)
  equal((await stats()).streams, 0, 'streams that are open')
}

const stories = {
  async 'EventSource reads a stream, and closing it closes the socket'() {
    const { messages } = await read(new EventSource(`${home}/stream`), 3)
    equal(
      messages.map((event) => [event.data, event.lastEventId, event.origin, event instanceof MessageEvent]),
      ['1', '2', '3'].map((id) => [id, id, home, true]),
      'the messages',
    )
    await noStreamIsLeft()
  },
  async 'EventSource comes back with an id in Chinese'() {
    const { messages } = await read(new EventSource(`${home}/chinese`, { clock }), 2)
    equal(
      messages.map(({ lastEventId }) => lastEventId),
      ['消息🎉', '消息🎉'],
      'the ids',
    )
  },
  async 'EventSource fails for good after 404 and 204, and tells why'() {
    for (const status of [404, 204]) {
      const { error } = await read(new EventSource(`${home}/${status}`))
      equal([error.code, typeof error.message], [status, 'string'], 'the error')
    }
  },
  async 'EventSourcePolyfill sends headers, and leaves the token behind when a redirect leaves the origin'() {
    await stats()
    const headers = { Authorization: 'secret' }
    await read(new EventSourcePolyfill(`${home}/away`, { headers }), 1)
    const { asked } = await stats()
    equal(
      asked.map(({ url, headers }) => [url, headers.authorization ?? '']),
      [
        ['home/away', 'secret'],
        ['stranger/stream', ''],
      ],
      'who got what',
    )
    await noStreamIsLeft()
  },
  async 'fetchEventSource reads the answer to a POST to its end'() {
    await stats()
    const seen = []
    await fetchEventSource(`${home}/once`, {
      method: 'POST',
      body: 'question',
      onmessage: ({ data }) => seen.push(data),
    })
    equal(seen, ['half an answer'], 'the answer')
    equal(
      (await stats()).asked.map(({ method }) => method),
      ['POST'],
      'the requests',
    )
  },
  async 'fetchEventSource lets go when it is aborted'() {
    const controller = new AbortController()
    await fetchEventSource(`${home}/stream`, {
      signal: controller.signal,
      onmessage: () => controller.abort(),
    })
    await noStreamIsLeft()
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
