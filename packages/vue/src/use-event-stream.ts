import {
  type AnyMessage,
  type EventStream,
  type Snapshot,
  type SseError,
  subscribeAfterRender,
} from '@headwater/core'
import { computed, type MaybeRefOrGetter, type Ref, ref, shallowRef, toRef, toValue, watch } from 'vue'
import { ownerOfScope, presence } from './presence.ts'

/** A stream as refs. */
export interface BoundEventStream<Data = string | undefined> {
  /** All of it in one: by its `status`, TypeScript knows what else there is, such as `cause` while it is `waiting`. */
  readonly snapshot: Readonly<Ref<Snapshot<Data>>>
  readonly status: Readonly<Ref<Snapshot['status']>>
  readonly data: Readonly<Ref<Data>>
  readonly lastEventId: Readonly<Ref<string>>
  /** Why the stream is `waiting`, or why it is `closed`, where there is a reason. */
  readonly error: Readonly<Ref<SseError | undefined>>
  /** Connects, or tries again now. */
  open(): void
  /** Closes at once, until `open()`. */
  close(): void
}

/**
 * Shows a stream that was made elsewhere: mounting joins it; unmounting, or being put aside by KeepAlive, leaves it.
 *
 * @param enabled Whether the stream is kept open. Default `true`; with `false` it shows what others do with it.
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
  const owner = ownerOfScope()
  const present = owner ? presence() : ref(true)
  const news = shallowRef<object>()
  // What hydrates has an element before it is set up, and has to show what the server did.
  const hydrates = owner?.vnode.el != null

  const snapshot = computed(() =>
    news.value || !hydrates ? toValue(stream).getSnapshot() : toValue(stream).getServerSnapshot(),
  )
  const join = (from: EventStream<Data, AnyMessage>, wanted: boolean) => {
    const tell = () => void (news.value = {})
    const leave = !wanted
      ? from.observe(tell)
      : owner
        ? from.subscribe(tell)
        : subscribeAfterRender(from, tell)
    tell()
    return leave
  }
  watch(
    () => [toValue(stream), present.value, toValue(enabled) ?? true] as const,
    ([from, isPresent, wanted], _, onCleanup) => {
      if (isPresent) onCleanup(join(from, wanted))
    },
    { immediate: true },
  )

  // All read the one ref, so that they move together even before those who watch synchronously.
  return {
    snapshot,
    status: toRef(() => snapshot.value.status),
    data: toRef(() => snapshot.value.data),
    lastEventId: toRef(() => snapshot.value.lastEventId),
    error: toRef(() => ('error' in snapshot.value ? snapshot.value.error : undefined)),
    open: () => toValue(stream).open(),
    close: () => toValue(stream).close(),
  }
}
