import { useEventSource } from '@headwater/react'

export default function Price() {
  const price = useEventSource('/prices/ACME')
  if (price.status === 'closed' && price.reason === 'failed')
    return (
      <p role="alert">
        {price.error?.message} <button onClick={price.open}>Try again</button>
      </p>
    )
  return (
    <p>
      {price.data ?? 'No price yet'}
      {price.status === 'waiting' && ` · reconnecting in ${Math.ceil(price.delayMs / 1000)} s`}
    </p>
  )
}
