import {
  type AnyMessage,
  bindEventStream,
  type BoundStreamOptions,
  type EventStream,
  type Folded,
  streamKey,
  type MessageOf,
  type NoEvents,
  type StreamUrl,
} from '@headwater/core'
import { computed, type MaybeRefOrGetter, type Ref, shallowRef, toValue, watch } from 'vue'
import { injectStreamScope } from './stream-scope.ts'
import { type BoundEventStream, useEventStream } from './use-event-stream.ts'

/** What a stream can be told. */
export type UseSSEOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<Data, Events>

type Url = StreamUrl | null | undefined

/** The address, or a ref or getter of it. What is to be asked anew for each attempt is a function in a ref or getter. */
export type UseSSEUrl = Exclude<Url, (...given: never) => unknown> | Readonly<Ref<Url>> | (() => Url)

/**
 * Opens an event stream while the component is mounted, and shows its connection state and its data. Without a url
 * (`null`, `undefined`) it is idle. In a scope outside components it lasts until the scope is disposed.
 *
 * Options are read when they matter, the newest ones, and never cause a reconnect. Another url, method, text body or `key`
 * makes another stream, with data of its own. Components that ask for the same stream share its connection.
 *
 * @throws {SseError} `invalid-option` in `setup`, for what cannot work.
 * @example
 * ```ts
 * import { useSSE } from '@headwater/vue'
 * import { ref } from 'vue'
 *
 * export function usePrice() {
 *   const symbol = ref('ACME')
 *   const { data, status } = useSSE(() => `/prices/${symbol.value}`)
 *   return { symbol, data, status }
 * }
 * ```
 */
export function useSSE<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: UseSSEUrl,
  options: MaybeRefOrGetter<UseSSEOptions<Data, Events>> = {},
): BoundEventStream<Folded<Data, Events>> {
  const scope = injectStreamScope()
  const urlNow = (): Url => toValue(url)
  const identity = computed(() => streamKey(urlNow(), toValue(options)))
  const make = (asked: string): EventStream<Folded<Data, Events>, AnyMessage> =>
    bindEventStream(
      urlNow,
      () => toValue(options),
      scope,
      () => identity.value === asked,
    )
  const stream = shallowRef(make(identity.value))
  // At once, so that nobody sees the old data under the new url. Making a stream does nothing yet.
  watch(identity, (asked) => void (stream.value = make(asked)), { flush: 'sync' })
  return useEventStream(stream, () => toValue(options).enabled)
}
