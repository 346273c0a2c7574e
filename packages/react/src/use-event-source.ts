'use client'

import {
  bindEventStream,
  type BoundStreamOptions,
  type EventStream,
  type Folded,
  type MessageOf,
  type NoEvents,
  type Scope,
  type Snapshot,
  streamKey,
  type StreamUrl,
} from '@headwater/core'
import { useContext, useInsertionEffect, useState } from 'react'
import { createHookLimiter, type HookLimiter } from './hook-limiter.ts'
import { ScopeContext } from './stream-scope.ts'
import { useEventStream } from './use-event-stream.ts'

/** Options of {@link useEventSource}. */
export type UseEventSourceOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<
  Data,
  Events
>

/**
 * Opens an event stream while the component is mounted, and returns its connection state and data.
 *
 * Options and callbacks may be written inline: the latest ones are read when they are needed, and a change never causes a
 * reconnect. A different URL, method, text body or `key` is a different stream, with its own data. Components that request
 * the same stream share one connection.
 *
 * @param url URL of the stream, or a function that is called before each attempt. With `null`, `undefined` or `''`, the
 * stream is `idle`.
 * @param options Options of the stream. Default `{}`.
 * @throws {SseError} `invalid-option` during rendering, for an invalid option.
 * @example
 * ```tsx
 * import { useEventSource } from '@headwater/react'
 *
 * function Price({ symbol }: { symbol?: string }) {
 *   const price = useEventSource(symbol && `/prices/${symbol}`)
 *   if (price.status === 'closed' && price.reason === 'failed') return <p>{price.error?.message}</p>
 *   if (price.status === 'waiting') return <p>Reconnecting in {Math.ceil(price.delayMs / 1000)} s</p>
 *   return <p>{price.data}</p>
 * }
 * ```
 */
export function useEventSource<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: StreamUrl | null | undefined | '',
  options: UseEventSourceOptions<Data, Events> = {},
): Snapshot<Folded<Data, Events>> {
  const scope = useContext(ScopeContext)
  const latest = { url, options }
  const key = streamKey(url || undefined, options)
  const [binding, setBinding] = useState(() => createBinding(key, latest, scope))
  let current = binding
  // Replaced during rendering, so that old data is never shown under the new URL.
  if (binding.key !== key && binding.replacements < MAX_REPLACEMENTS)
    setBinding((current = createBinding(key, latest, scope, binding)))

  // Effects run only for committed renders: a render that React discards leaves no options behind.
  useInsertionEffect(() => {
    Object.assign(current.latest, latest)
    Object.assign(current, { replacements: 0 })
  })
  return useEventStream(current.stream, options.enabled)
}

interface Latest<Data, Events> {
  url: StreamUrl | null | undefined | ''
  options: UseEventSourceOptions<Data, Events>
}

/**
 * Number of streams that one rendering of a component may create, because React renders again after each. With a URL that
 * changes each time, the component is then rendered with the last stream.
 */
const MAX_REPLACEMENTS = 5

/** A stream with the URL and options that it reads. */
interface Binding<Data, Events> {
  readonly key: string
  readonly latest: Latest<Data, Events>
  readonly stream: EventStream<Folded<Data, Events>, MessageOf<Events>>
  /** Number of streams that it has replaced in the same rendering. */
  readonly replacements: number
  readonly limiter: HookLimiter
}

function createBinding<Data, Events>(
  key: string,
  { ...latest }: Latest<Data, Events>,
  scope: Scope,
  previous?: Binding<Data, Events>,
): Binding<Data, Events> {
  const limiter = previous?.limiter ?? createHookLimiter('useEventSource')
  if (previous) limiter.trace()
  const stream = bindEventStream(
    () => latest.url,
    () => latest.options,
    { scope, switches: limiter.switches },
  )
  return { key, latest, stream, replacements: previous ? previous.replacements + 1 : 0, limiter }
}
