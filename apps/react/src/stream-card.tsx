import type { Snapshot } from '@headwater/react'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Connection } from './connection.tsx'
import type { Ledger } from './ledger.ts'

interface StreamCardProps {
  name: string
  lead: string
  stream: Snapshot<unknown>
  ledger: Ledger
  children: ReactNode
}

/** One stream: what it is, how its connection is doing, what it brought, and the proof that nothing is missing. */
export function StreamCard({ name, lead, stream, ledger, children }: StreamCardProps) {
  const heading = useId()
  const renders = useRenders()
  const { first, last, messages, missing, repeated } = ledger
  const whole = missing + repeated === 0
  return (
    <section className="card" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{name}</h2>
        <p>{lead}</p>
      </header>
      <Connection name={name.toLowerCase()} stream={stream} />
      <dl className="books" data-whole={whole}>
        <Entry label="Messages" value={messages} />
        <Entry label="Renders" value={renders} />
        <Entry label="Missing" value={missing} />
        <Entry label="Repeated" value={repeated} />
      </dl>
      <p className="span">
        {first === undefined ? 'No id yet.' : `${whole ? 'Each id' : 'Ids'} from ${first} to ${last}.`}
      </p>
      {children}
    </section>
  )
}

function Entry({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value.toLocaleString('en')}</dd>
    </div>
  )
}

/** How often the caller has rendered, this time included. */
function useRenders(): number {
  const renders = useRef(0)
  useEffect(() => {
    renders.current++
  })
  return renders.current + 1
}
