import { keyed, useEventSource } from '@headwater/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

const parse = ({ data }) => JSON.parse(data)

function Ticker() {
  const { status, data } = useEventSource('/api/ticker', { fold: keyed((message) => parse(message).symbol) })
  const newest = Math.max(0, ...[...data.values()].map((message) => parse(message).n))
  return (
    <p data-status={status} data-n={newest}>
      {newest}
    </p>
  )
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <Ticker />
  </StrictMode>,
)
