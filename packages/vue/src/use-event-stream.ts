import { type EventStream, type Snapshot, type SseError, subscribeAfterRender } from '@headwater/core'
import {
  type ComponentInternalInstance,
  computed,
  type ComputedRef,
  getCurrentInstance,
  getCurrentScope,
  type MaybeRefOrGetter,
  onActivated,
  onDeactivated,
  onMounted,
  type Ref,
  ref,
  shallowRef,
  toValue,
  watch,
} from 'vue'

/** A stream as refs. */
export interface BoundEventStream<Data = string | undefined> {
  /** All of it in one: by its `status`, TypeScript knows what else there is, such as `cause` while it is `waiting`. */
  readonly snapshot: ComputedRef<Snapshot<Data>>
  readonly status: ComputedRef<Snapshot['status']>
  readonly data: ComputedRef<Data>
  readonly lastEventId: ComputedRef<string>
  /** Why the stream is `waiting`, or why it is `closed`, where there is a reason. */
  readonly cause: ComputedRef<SseError | undefined>
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
  stream: MaybeRefOrGetter<EventStream<Data>>,
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
  const join = (from: EventStream<Data>, wanted: boolean) => {
    const tell = () => void (news.value = {})
    const leave = !wanted ? from.watch(tell) : owner ? from.subscribe(tell) : subscribeAfterRender(from, tell)
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

  return {
    snapshot,
    status: computed(() => snapshot.value.status),
    data: computed(() => snapshot.value.data),
    lastEventId: computed(() => snapshot.value.lastEventId),
    cause: computed(() => ('cause' in snapshot.value ? snapshot.value.cause : undefined)),
    open: () => toValue(stream).open(),
    close: () => toValue(stream).close(),
  }
}

/** The component that this belongs to. What runs in a scope of its own, such as a store, outlives the one that calls it. */
function ownerOfScope(): ComponentInternalInstance | null {
  const instance = getCurrentInstance() as (ComponentInternalInstance & { scope?: unknown }) | null
  return instance?.scope === getCurrentScope() ? instance : null
}

/** Whether the component is on the page: never on a server, and not while KeepAlive has put it aside. */
function presence(): Ref<boolean> {
  const present = ref(false)
  const set = (to: boolean) => () => void (present.value = to)
  onMounted(set(true))
  onActivated(set(true))
  onDeactivated(set(false))
  return present
}
