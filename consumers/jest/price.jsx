import { json, useEventSource } from '@headwater/react'

export function Price() {
  const price = useEventSource('/prices', { events: { message: json() } })
  if (price.status === 'closed' && price.reason === 'failed') return <p>Failed: {price.error.status}</p>
  return <p>{price.data ? `${price.data.symbol} ${price.data.price}` : price.status}</p>
}
