import { keyed, useEventSource } from '@headwater/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Price } from './price.tsx'
import { Price as OwnPrice } from './readme.tsx'

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
createRoot(document.getElementById('example')).render(<Price />)
createRoot(document.getElementById('readme')).render(<OwnPrice symbol="NILE" />)
