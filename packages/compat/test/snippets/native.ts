import { EventSource } from '@headwater/compat'

const source = new EventSource('/api/ticker')

source.onopen = () => console.log('open')
source.onmessage = (event) => {
  const { symbol, price } = JSON.parse(event.data)
  console.log('tick', symbol, price, event.lastEventId)
}
source.onerror = () => {
  if (source.readyState === EventSource.CLOSED) console.log('gave up')
  else console.log('reconnecting')
}
