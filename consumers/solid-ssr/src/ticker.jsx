import { createEventSource } from '@headwater/solid'

export function Ticker() {
  const ticker = createEventSource('/api/ticker')
  const n = () => (ticker.data ? JSON.parse(ticker.data).n : 0)
  return (
    <p data-status={ticker.status} data-n={n()}>
      {n()}
    </p>
  )
}
