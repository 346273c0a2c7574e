import { history, useEventSource } from '@headwater/react'
import { useState } from 'react'
import { createLedger } from './ledger.ts'
import { StreamCard } from './stream-card.tsx'
import { api } from './visitor.ts'

const lastSix = history(6)

interface Story {
  headline: string
  at: number
}

export function News() {
  const [ledger] = useState(createLedger)
  const news = useEventSource(api('news'), { fold: lastSix, onMessage: ledger.enter })
  const stories = news.data.filter(({ type }) => type !== 'gap').toReversed()
  return (
    <StreamCard
      name="News"
      lead="A story every 3 s. Slow by nature, so patient with silence."
      stream={news}
      ledger={ledger}
    >
      <ol className="stories">
        {/* By place and not by id: headlines move through the rows, so that no row has to move. */}
        {stories.map(({ type, data }, place) => (
          <Row key={place} corrects={type === 'correction'} {...(JSON.parse(data) as Story)} />
        ))}
      </ol>
    </StreamCard>
  )
}

function Row({ headline, at, corrects }: Story & { corrects: boolean }) {
  return (
    <li data-corrects={corrects}>
      <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleTimeString('en-GB')}</time>
      <span>{headline}</span>
    </li>
  )
}
