import {
  createEventStream,
  type EventStream,
  type EventStreamOptions,
  type Snapshot,
  type StreamUrl,
} from '@headwater/core'
import { useInsertionEffect, useState } from 'react'
import { useEventStream } from './use-event-stream.ts'

/** What a stream can be told, and what makes it another stream. */
export interface UseEventSourceOptions<Data = string | undefined> extends EventStreamOptions<Data> {
  /**
   * Makes another stream when it changes. The url, the method and a body that is text do so by themselves; any other body
   * is compared by this key alone.
   */
  readonly key?: string | number
}

/**
 * Opens an event stream while the component is mounted, and shows its connection state and its data.
 *
 * Options and callbacks may be written inline: they are read when they matter, the newest ones, and never cause a
 * reconnect. Another url, method, text body or `key` closes the old stream and opens a new one.
 *
 * @throws {SseError} `invalid-option` while rendering, for what cannot work.
 * @example
 * ```tsx
 * import { useEventSource } from '@headwater/react'
 *
 * function Price() {
 *   const price = useEventSource('/prices')
 *   if (price.status === 'waiting') return <p>Back in {price.delayMs} ms: {price.cause.message}</p>
 *   return <p>{price.data}</p>
 * }
 * ```
 */
export function useEventSource<Data = string | undefined>(
  url: StreamUrl,
  options: UseEventSourceOptions<Data> = {},
): Snapshot<Data> {
  const identity = identify(url, options)
  const [held, hold] = useState(() => make(identity, url, options))
  let source = held
  if (held.identity !== identity) {
    source = make(identity, url, options)
    hold(source)
  }
  // A render that React throws away must not leave its options behind.
  useInsertionEffect(() => {
    Object.assign(source.latest, { url, options })
  })
  return useEventStream(source.stream)
}

interface Source<Data> {
  readonly identity: string
  readonly stream: EventStream<Data>
  readonly latest: Latest<Data>
}

interface Latest<Data> {
  url: StreamUrl
  options: UseEventSourceOptions<Data>
}

function make<Data>(identity: string, url: StreamUrl, options: UseEventSourceOptions<Data>): Source<Data> {
  const latest: Latest<Data> = { url, options }
  const address: StreamUrl =
    typeof url !== 'function'
      ? url
      : (context) => (typeof latest.url === 'function' ? latest.url(context) : latest.url)
  return { identity, latest, stream: createEventStream<Data>(address, () => latest.options) }
}

function identify(url: StreamUrl, { method, body, key }: UseEventSourceOptions<unknown>): string {
  const texts = [
    typeof url === 'function' ? undefined : String(url),
    method,
    typeof body === 'string' ? body : undefined,
    key,
  ]
  return JSON.stringify(texts)
}
