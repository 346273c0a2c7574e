import type { Snapshot } from '@headwater/react'
import { CountDown } from './count-down.tsx'

/** The state of a connection in words, and the two things one can tell it. */
export function Connection({ name, stream }: { name: string; stream: Snapshot<unknown> }) {
  const { status } = stream
  const connected = status === 'open' || status === 'connecting'
  return (
    <div className="connection" data-status={status}>
      <span className="status">{status}</span>
      {status === 'waiting' && (
        <CountDown key={stream.retryAt} until={stream.retryAt} delayMs={stream.delayMs} />
      )}
      <button type="button" aria-disabled={connected} onClick={stream.open}>
        {status === 'waiting' ? 'Try now' : 'Open'}
        <span className="unseen">
          {status === 'waiting' ? ' to open' : ''} the {name}
        </span>
      </button>
      <button type="button" aria-disabled={status === 'closed'} onClick={stream.close}>
        Close
        <span className="unseen"> the {name}</span>
      </button>
      <p role="status">
        <span className="unseen">The {name}: </span>
        {describe(stream)}
        {'cause' in stream && stream.cause && (
          <span className="cause">
            <code>{stream.cause.code}</code> {stream.cause.message}
          </span>
        )}
      </p>
    </div>
  )
}

function describe(stream: Snapshot<unknown>): string {
  switch (stream.status) {
    case 'idle':
      return 'Not asked for yet.'
    case 'connecting':
      return `Attempt ${stream.attempt} is under way.`
    case 'open': {
      const away = `${(stream.awayMs / 1000).toFixed(1)} s`
      if (stream.continuity === 'fresh') return 'Connected for the first time.'
      return stream.continuity === 'resumed'
        ? `Back after ${away}, and resumed where it broke off.`
        : `Back after ${away}; there was no id to resume from.`
    }
    case 'waiting':
      return `Waiting for attempt ${stream.attempt}.`
    case 'paused':
      return { offline: 'This device is offline.', hidden: 'Nobody is looking.', frozen: 'The page sleeps.' }[
        stream.reason
      ]
    case 'closed':
      return { closed: 'Closed by hand.', ended: 'The server has ended it.', failed: 'It failed for good.' }[
        stream.reason
      ]
  }
}
