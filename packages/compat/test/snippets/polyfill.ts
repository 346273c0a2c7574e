import { EventSourcePolyfill } from '@headwater/compat'

const eventSource = new EventSourcePolyfill('/api/ticker?visitor=polyfill', {
  headers: {
    Authorization: 'Bearer demo',
  },
})

eventSource.onmessage = (event) => {
  console.log('tick', JSON.parse(event.data).symbol)
}
eventSource.onerror = () => console.log('error', eventSource.readyState)
