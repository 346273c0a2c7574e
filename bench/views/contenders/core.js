// No component: measures the stream alone.
import { createEventStream } from '@headwater/core'

export const mounts = false

export function mount(_, { url, fold }) {
  const stream = createEventStream(url, { fold })
  stream.subscribe(() => {})
  return () => stream.getSnapshot().data
}
