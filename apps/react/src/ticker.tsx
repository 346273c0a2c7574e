import { useEventSource } from '@headwater/react'
import { useState } from 'react'
import { createLedger } from './ledger.ts'
import { type Quote, quotes } from './quotes.ts'
import { StreamCard } from './stream-card.tsx'
import { Trail } from './trail.tsx'
import { api } from './visitor.ts'

export function Ticker() {
  const [ledger] = useState(createLedger)
  const ticker = useEventSource(api('ticker'), {
    fold: quotes,
    silenceMs: 5_000,
    onMessage: ledger.enter,
  })
  return (
    <StreamCard
      name="Ticker"
      lead="100 messages a second. Reconnects after 5 s of silence."
      stream={ticker}
      ledger={ledger}
    >
      <ul className="quotes">
        {ticker.data.map((quote) => (
          <Row key={quote.symbol} {...quote} />
        ))}
      </ul>
    </StreamCard>
  )
}

function Row({ symbol, trail }: Quote) {
  const price = trail.at(-1) ?? 0
  const change = price - (trail[0] ?? price)
  return (
    <li>
      <span className="symbol">{symbol}</span>
      <Trail prices={trail} />
      <span className="price">{price.toFixed(2)}</span>
      <span className="change" data-falls={change < 0}>
        {change < 0 ? '−' : '+'}
        {Math.abs(change).toFixed(2)}
      </span>
    </li>
  )
}
