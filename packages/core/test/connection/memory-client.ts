// Reads a stream in a process of its own, and tells what came of it and how much memory that took at most.
import { createEventStream } from '../../src/stream/event-stream.ts'

const [url = '', story = ''] = process.argv.slice(2)
const stream = createEventStream(url, { retry: false, idleTimeoutMs: false })
let messages = 0
let longest = 0
let last = ''

const tell = () => {
  const state = stream.getSnapshot()
  const code = state.status === 'closed' ? (state.error?.code ?? state.reason) : state.status
  stream.close()
  const mb = Math.round(process.resourceUsage().maxRSS / 1_024)
  console.log(JSON.stringify({ code, messages, longest, last, mb }))
}

if (story === 'a slow reader') {
  const end = Date.now() + 3_000
  for await (const { data } of stream) {
    messages++
    longest = Math.max(longest, data.length)
    if (Date.now() > end) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  tell()
} else {
  stream.onMessage(({ data }) => {
    messages++
    longest = Math.max(longest, data.length)
    last = data.slice(0, 20)
  })
  const leave = stream.subscribe(() => {
    if (stream.getSnapshot().status !== 'closed') return
    leave()
    tell()
  })
}
