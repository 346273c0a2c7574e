import type { Snapshot } from '@headwater/react'
import { type ReactNode, useEffect, useId } from 'react'
import { Connection } from './connection.tsx'
import { Controls } from './controls.tsx'
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
  const { first, last, messages, renders, missing, repeated } = ledger
  useEffect(() => ledger.enterRender())
  const whole = missing + repeated === 0
  return (
    <section className="card" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{name}</h2>
        <Controls name={name.toLowerCase()} stream={stream} />
        <p>{lead}</p>
      </header>
      <Connection name={name.toLowerCase()} stream={stream} />
      <dl className="books" data-whole={whole}>
        <Entry label="Messages" value={messages} />
        <Entry label="Renders" value={renders + 1} />
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
