'use client'
import { useEventSource } from '@headwater/react'

export function Ticker({ initialData, initialLastEventId }) {
  const { status, data } = useEventSource('/api/ticker', { initialData, initialLastEventId })
  const { n } = JSON.parse(data)
  return (
    <p data-status={status} data-n={n}>
      {n}
    </p>
  )
}
