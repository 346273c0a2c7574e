import type { Snapshot } from '@headwater/react'

/** The two things one can tell a stream. Neither goes away, so that the focus has a place to stay. */
export function Controls({ name, stream }: { name: string; stream: Snapshot<unknown> }) {
  const { status, open, close } = stream
  const waits = status === 'waiting'
  return (
    <>
      <button type="button" aria-disabled={status === 'open' || status === 'connecting'} onClick={open}>
        {waits ? 'Try now' : 'Open'}
        <span className="unseen">{waits ? ` to open the ${name}` : ` the ${name}`}</span>
      </button>
      <button type="button" aria-disabled={status === 'closed'} onClick={close}>
        Close
        <span className="unseen">{` the ${name}`}</span>
      </button>
    </>
  )
}
