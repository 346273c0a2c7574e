import {
  type AnyMessage,
  type EventStream,
  type Snapshot,
  type SseError,
  subscribeAfterRender,
} from '@headwater/core'
import { computed, type MaybeRefOrGetter, type Ref, ref, shallowRef, toRef, toValue, watch } from 'vue'
import { getOwnerInstance, trackMountedState } from './mounted-state.ts'

/** The state of a stream, as Vue refs. */
export interface BoundEventStream<Data = string | undefined> {
  /** The whole snapshot. Check its `status` to narrow its type: `error` exists while it is `waiting`, for instance. */
  readonly snapshot: Readonly<Ref<Snapshot<Data>>>
  /** Connection status. */
  readonly status: Readonly<Ref<Snapshot['status']>>
  /** Data that the fold has built from the messages. */
  readonly data: Readonly<Ref<Data>>
  /** Id of the last message that had one, or `''`. */
  readonly lastEventId: Readonly<Ref<string>>
  /** Type of the last message that `data` is built from, or `''`. */
  readonly lastEventType: Readonly<Ref<string>>
  /** Error that caused the `waiting` or `closed` status; `undefined` if there is none. */
  readonly error: Readonly<Ref<SseError | undefined>>
  /** Connects, or retries immediately. Does nothing while `connecting` or `open`. */
  open(): void
  /** Closes immediately. No message is delivered until `open()`. */
  close(): void
}

/**
 * Returns the state of an existing stream as refs. Subscribes while the component is mounted, except while KeepAlive has
 * deactivated it. In an effect scope outside components, subscribes until the scope is disposed.
 *
 * @param stream Stream made with `createEventStream`, or a ref or getter of it.
 * @param enabled Set to `false` to observe the stream without keeping it open. Default `true`.
 * @example
 * ```ts
 * import { createEventStream, useEventStream } from '@headwater/vue'
 *
 * const news = createEventStream('https://example.com/news')
 * const useHeadline = () => useEventStream(news).data
 * ```
 */
export function useEventStream<Data>(
  stream: MaybeRefOrGetter<EventStream<Data, AnyMessage>>,
  enabled: MaybeRefOrGetter<boolean | undefined> = true,
): BoundEventStream<Data> {
  const owner = getOwnerInstance()
  const isMounted = owner ? trackMountedState() : ref(true)
  const changed = shallowRef<object>()
  // A component that hydrates has an element before setup. Its first render must match the server's HTML.
  const isHydrating = owner?.vnode.el != null

  const snapshot = computed(() =>
    changed.value || !isHydrating ? toValue(stream).getSnapshot() : toValue(stream).getServerSnapshot(),
  )
  const onChange = () => void (changed.value = {})
  const subscribe = (source: EventStream<Data, AnyMessage>, isEnabled: boolean) => {
    const unsubscribe = !isEnabled
      ? source.observe(onChange)
      : owner
        ? source.subscribe(onChange)
        : subscribeAfterRender(source, onChange)
    // The snapshot may have changed between the first read and the subscription.
    onChange()
    return unsubscribe
  }
  watch(
    () => [toValue(stream), isMounted.value, toValue(enabled) ?? true] as const,
    ([source, mounted, isEnabled], _, onCleanup) => {
      if (mounted) onCleanup(subscribe(source, isEnabled))
    },
    { immediate: true },
  )

  // All refs derive from one, so that even synchronous watchers see them change together.
  return {
    snapshot,
    status: toRef(() => snapshot.value.status),
    data: toRef(() => snapshot.value.data),
    lastEventId: toRef(() => snapshot.value.lastEventId),
    lastEventType: toRef(() => snapshot.value.lastEventType),
    error: toRef(() => ('error' in snapshot.value ? snapshot.value.error : undefined)),
    open: () => toValue(stream).open(),
    close: () => toValue(stream).close(),
  }
}
