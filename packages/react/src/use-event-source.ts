'use client'

import {
  bindEventStream,
  type BoundStreamOptions,
  type EventStream,
  type Folded,
  streamKey,
  type MessageOf,
  type NoEvents,
  type Scope,
  type Snapshot,
  type StreamUrl,
} from '@headwater/core'
import { useContext, useInsertionEffect, useState } from 'react'
import { ScopeContext } from './stream-scope.ts'
import { useEventStream } from './use-event-stream.ts'

/** What a stream can be told. */
export type UseEventSourceOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<
  Data,
  Events
>

/**
 * Opens an event stream while the component is mounted, and shows its connection state and its data. Without a url
 * (`null`, `undefined`) it is idle.
 *
 * Options and callbacks may be written inline: they are read when they matter, the newest ones, and never cause a
 * reconnect. Another url, method, text body or `key` makes another stream, with data of its own. Components that ask for
 * the same stream share its connection.
 *
 * @throws {SseError} `invalid-option` while rendering, for what cannot work.
 * @example
 * ```tsx
 * import { useEventSource } from '@headwater/react'
 *
 * function Price({ symbol }: { symbol?: string }) {
 *   const price = useEventSource(symbol && `/prices/${symbol}`)
 *   if (price.status === 'waiting') return <p>Back in {price.delayMs} ms: {price.error.message}</p>
 *   return <p>{price.data}</p>
 * }
 * ```
 */
export function useEventSource<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: StreamUrl | null | undefined | '',
  options: UseEventSourceOptions<Data, Events> = {},
): Snapshot<Folded<Data, Events>> {
  const scope = useContext(ScopeContext)
  const newest = { url, options }
  const identity = streamKey(url || undefined, options)
  const [held, hold] = useState(() => make(identity, newest, scope))
  let current = held
  if (held.identity !== identity) hold((current = make(identity, newest, scope)))

  // A render that React throws away must not leave its options behind.
  useInsertionEffect(() => void Object.assign(current.newest, newest))
  return useEventStream(current.stream, options.enabled)
}

interface Newest<Data, Events> {
  url: StreamUrl | null | undefined | ''
  options: UseEventSourceOptions<Data, Events>
}

interface Held<Data, Events> {
  readonly identity: string
  readonly newest: Newest<Data, Events>
  readonly stream: EventStream<Folded<Data, Events>, MessageOf<Events>>
}

function make<Data, Events>(
  identity: string,
  { ...newest }: Newest<Data, Events>,
  scope: Scope,
): Held<Data, Events> {
  const stream = bindEventStream(
    () => newest.url,
    () => newest.options,
    scope,
  )
  return { identity, newest, stream }
}
