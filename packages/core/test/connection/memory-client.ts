// Reads a stream in its own process, and prints the result and the peak memory.
import { createEventStream } from '../../src/stream/event-stream.ts'

const [url = '', scenario = ''] = process.argv.slice(2)
const stream = createEventStream(url, { retry: false, idleTimeoutMs: false })
let messages = 0
let longest = 0
let last = ''

const printResult = () => {
  const state = stream.getSnapshot()
  const code = state.status === 'closed' ? (state.error?.code ?? state.reason) : state.status
  stream.close()
  const mb = Math.round(process.resourceUsage().maxRSS / 1_024)
  console.log(JSON.stringify({ code, messages, longest, last, mb }))
}

if (scenario === 'a slow reader') {
  const end = Date.now() + 3_000
  for await (const { data } of stream) {
    messages++
    longest = Math.max(longest, data.length)
    if (Date.now() > end) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  printResult()
} else {
  stream.onMessage(({ data }) => {
    messages++
    longest = Math.max(longest, data.length)
    last = data.slice(0, 20)
  })
  const unsubscribe = stream.subscribe(() => {
    if (stream.getSnapshot().status !== 'closed') return
    unsubscribe()
    printResult()
  })
}
