import { createEventStream } from '@headwater/core'
import { history, json, SseError, StreamScope } from '@headwater/react'
import { Ticker } from './ticker.jsx'

export const dynamic = 'force-dynamic'

/**
 * A server component: it reads one message, and the browser resumes from there. Exports of the binding without hooks work here;
 * if they were client code, calling `json` and `history` would throw.
 */
export default async function Page() {
  const stream = createEventStream(process.env.STREAM_URL, { events: { message: json() }, fold: history(1) })
  try {
    for await (const { id, data } of stream)
      return (
        <StreamScope>
          <Ticker initialData={JSON.stringify(data)} initialLastEventId={id} />
        </StreamScope>
      )
  } catch (error) {
    if (error instanceof SseError) return <p>{error.code}</p>
    throw error
  }
}
