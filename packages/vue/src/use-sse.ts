import {
  type AnyMessage,
  bindEventStream,
  type BoundStreamOptions,
  createSwitchLimiter,
  type EventStream,
  type Folded,
  type MessageOf,
  type NoEvents,
  streamKey,
  type StreamUrl,
} from '@headwater/core'
import {
  computed,
  getCurrentInstance,
  type MaybeRefOrGetter,
  type Ref,
  shallowRef,
  toValue,
  watch,
} from 'vue'
import { injectStreamScope } from './stream-scope.ts'
import { type BoundEventStream, useEventStream } from './use-event-stream.ts'

/** Options of {@link useSSE}. */
export type UseSSEOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<Data, Events>

type Url = StreamUrl | null | undefined

/**
 * URL of the stream, or a ref or getter of it. To call a function before each attempt, return that function from a ref or
 * getter.
 */
export type UseSSEUrl = Exclude<Url, (...args: never) => unknown> | Readonly<Ref<Url>> | (() => Url)

/**
 * Opens an event stream while the component is mounted, and returns its connection state and data as refs. In an effect
 * scope outside components, the stream stays open until the scope is disposed.
 *
 * The latest options are read when they are needed, and a change never causes a reconnect. A different URL, method, text
 * body or `key` is a different stream, with its own data. Components that request the same stream share one connection.
 *
 * @param url URL of the stream. With `null`, `undefined` or `''`, the stream is `idle`.
 * @param options Options of the stream, or a ref or getter of them. Default `{}`.
 * @throws {SseError} `invalid-option` in `setup`, for an invalid option.
 * @example
 * ```ts
 * import { useSSE } from '@headwater/vue'
 * import { ref } from 'vue'
 *
 * export function usePrice() {
 *   const symbol = ref('ACME')
 *   const { data, status, error } = useSSE(() => `/prices/${symbol.value}`)
 *   return { symbol, data, status, error } // status 'closed' and an error: the stream failed
 * }
 * ```
 */
export function useSSE<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: UseSSEUrl,
  options: MaybeRefOrGetter<UseSSEOptions<Data, Events>> = {},
): BoundEventStream<Folded<Data, Events>> {
  const scope = injectStreamScope()
  const component = getCurrentInstance()?.type as
    | { readonly name?: string; readonly __name?: string }
    | undefined
  const switches = createSwitchLimiter({
    name: 'useSSE',
    component: () => component?.name ?? component?.__name,
    remedy: 'computed or ref',
  })
  const getUrl = (): Url => toValue(url)
  const currentKey = computed(() => streamKey(getUrl(), toValue(options)))
  const createStream = (key: string): EventStream<Folded<Data, Events>, AnyMessage> =>
    bindEventStream(getUrl, () => toValue(options), {
      scope,
      switches,
      isCurrent: () => currentKey.value === key,
    })
  const stream = shallowRef(createStream(currentKey.value))
  // Synchronous, so that old data is never shown under the new URL. Creating a stream opens no connection.
  watch(currentKey, (key) => void (stream.value = createStream(key)), { flush: 'sync' })
  return useEventStream(stream, () => toValue(options).enabled)
}
