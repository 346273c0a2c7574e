import { fetchEventSource } from '@headwater/compat'

let answer = ''
let es = new fetchEventSource('/api/chat', {
  headers: {
    'Content-Type': 'application/json',
    Authorization: 'Bearer demo',
  },
  method: 'post',
  body: JSON.stringify({
    model: 'canned-1',
    stream: true,
    messages: [{ role: 'user', content: 'What are Server-Sent Events?' }],
  }),
  onmessage(event) {
    if (event.data !== '[DONE]') answer += JSON.parse(event.data).choices[0].delta.content ?? ''
  },
  onerror() {
    console.log('error')
  },
})
console.log('promise', es instanceof Promise)
es.then(() => console.log('answer', answer.length > 20 && answer))
