// The main scenarios of the drop-ins in plain JavaScript, for any runtime: `<runtime> runtime-scenarios.mjs <drop-ins> <servers>`.
// The process must exit by itself at the end; a process that stays alive has a leak.
const [dropInsUrl, json] = globalThis.Deno?.args ?? process.argv.slice(2)
const { EventSource, EventSourcePolyfill, fetchEventSource } = await import(dropInsUrl)
const { home } = JSON.parse(json)

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const stats = async () => (await fetch(`${home}/stats`)).json()
/** Timers run a hundred times as fast. */
const clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  timer(callback, ms) {
    const timer = setTimeout(callback, ms / 100)
    return () => clearTimeout(timer)
  },
  frame: () => () => undefined,
}

function assertEqual(actual, expected, name) {
  const [actualJson, expectedJson] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (actualJson !== expectedJson) throw new Error(`${name}: ${actualJson}, not ${expectedJson}`)
}

/** Reads `count` messages, or all until the source fails, and closes the source. */
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

async function assertNoOpenStreams() {
  for (let turn = 0; turn < 400 && (await stats()).streams > 0; turn++) await sleep(10)
  assertEqual((await stats()).streams, 0, 'open streams')
}

const scenarios = {
  async 'EventSource reads a stream, and close() closes the socket'() {
    const { messages } = await read(new EventSource(`${home}/stream`), 3)
    assertEqual(
      messages.map((event) => [event.data, event.lastEventId, event.origin, event instanceof MessageEvent]),
      ['1', '2', '3'].map((id) => [id, id, home, true]),
      'the messages',
    )
    await assertNoOpenStreams()
  },
  async 'EventSource reconnects with a Chinese event ID'() {
    const { messages } = await read(new EventSource(`${home}/chinese`, { clock }), 2)
    assertEqual(
      messages.map(({ lastEventId }) => lastEventId),
      ['消息🎉', '消息🎉'],
      'the ids',
    )
  },
  async 'EventSource fails permanently after 404 and 204, with the status in the error event'() {
    for (const status of [404, 204]) {
      const { error } = await read(new EventSource(`${home}/${status}`))
      assertEqual([error.code, typeof error.message], [status, 'string'], 'the error')
    }
  },
  async 'EventSourcePolyfill sends headers, and omits Authorization after a redirect to another origin'() {
    await stats()
    const headers = { Authorization: 'secret' }
    await read(new EventSourcePolyfill(`${home}/away`, { headers }), 1)
    const { requests } = await stats()
    assertEqual(
      requests.map(({ url, headers }) => [url, headers.authorization ?? '']),
      [
        ['home/away', 'secret'],
        ['other/stream', ''],
      ],
      'the requests and their tokens',
    )
    await assertNoOpenStreams()
  },
  async 'fetchEventSource reads the response to a POST to its end'() {
    await stats()
    const received = []
    await fetchEventSource(`${home}/once`, {
      method: 'POST',
      body: 'question',
      onmessage: ({ data }) => received.push(data),
    })
    assertEqual(received, ['half an answer'], 'the response')
    assertEqual(
      (await stats()).requests.map(({ method }) => method),
      ['POST'],
      'the requests',
    )
  },
  async 'fetchEventSource closes the socket when it is aborted'() {
    const controller = new AbortController()
    await fetchEventSource(`${home}/stream`, {
      signal: controller.signal,
      onmessage: () => controller.abort(),
    })
    await assertNoOpenStreams()
  },
}

let failed = 0
for (const [name, scenario] of Object.entries(scenarios)) {
  try {
    await scenario()
    console.log(`  ✓ ${name}`)
  } catch (error) {
    failed++
    console.log(`  ✗ ${name}: ${error?.stack ?? error}`)
  }
}
console.log(`  ${Object.keys(scenarios).length - failed} passed, ${failed} failed`)
if (failed > 0) throw new Error(`${failed} scenarios failed`)
