import { EventStreamContentType, fetchEventSource } from '@headwater/compat'

class FatalError extends Error {}

let answer = ''
await fetchEventSource('/api/chat', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    Authorization: 'Bearer demo',
  },
  body: JSON.stringify({
    model: 'canned-1',
    stream: true,
    messages: [{ role: 'user', content: 'What are Server-Sent Events?' }],
  }),
  async onopen(response) {
    if (response.ok && response.headers.get('content-type') === EventStreamContentType) {
      console.log('open')
      return
    }
    throw new FatalError(`status ${response.status}`)
  },
  onmessage(message) {
    if (message.data === '[DONE]') return
    answer += JSON.parse(message.data).choices[0].delta.content ?? ''
  },
  onclose() {
    console.log('close')
  },
  onerror(error) {
    throw error
  },
})
console.log('answer', answer.length > 20 && answer)
