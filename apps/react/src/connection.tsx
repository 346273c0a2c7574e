import type { Snapshot, SseError } from '@headwater/react'
import { useState } from 'react'
import { CountDown } from './count-down.tsx'

/** The state of a connection in words. What it was last lost to stays to be read. */
export function Connection({ name, stream }: { name: string; stream: Snapshot<unknown> }) {
  const { status } = stream
  const cause = 'cause' in stream ? stream.cause : undefined
  const [past, keep] = useState(cause)
  if (cause && cause !== past) keep(cause)
  return (
    <div className="connection" data-status={status}>
      <span className="status">{status}</span>
      {status === 'waiting' && (
        <CountDown key={stream.retryAt} until={stream.retryAt} delayMs={stream.delayMs} />
      )}
      <div className="account">
        <p role="status">
          <span className="unseen">The {name}: </span>
          {describe(stream)}
          {cause && <Cause cause={cause} />}
        </p>
        {past && !cause && (
          <p className="past">
            Lost before: <Cause cause={past} />
          </p>
        )}
      </div>
    </div>
  )
}

function Cause({ cause }: { cause: SseError }) {
  return (
    <span className="cause" title={cause.message}>
      <code>{cause.code}</code> {cause.message}
    </span>
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
        ? `Resumed after ${away} where it broke off.`
        : `Back after ${away}, without an id to resume from.`
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
