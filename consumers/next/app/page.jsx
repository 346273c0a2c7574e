import { createEventStream } from '@headwater/core'
import { StreamScope } from '@headwater/react'
import { Ticker } from './ticker.jsx'

export const dynamic = 'force-dynamic'

/** A server component: it reads one message, and the page goes on from there. */
export default async function Page() {
  for await (const { id, data } of createEventStream(process.env.STREAM_URL))
    return (
      <StreamScope>
        <Ticker initialData={data} initialLastEventId={id} />
      </StreamScope>
    )
}
