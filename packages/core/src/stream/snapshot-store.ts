import { guard } from '../errors.ts'
import { addListener, type Listeners } from './listeners.ts'

/** Current snapshot of a stream, and its listeners. */
export interface SnapshotStore<Snapshot> {
  readonly snapshot: Snapshot
  /** Replaces the snapshot and notifies the listeners. */
  publish(): void
  /** Replaces the snapshot, by default with a new one, without notifying the listeners. */
  reset(next?: Snapshot): void
  /** Publishes later, unless that is scheduled already. */
  schedulePublish(): void
  observe(listener: () => void): () => void
}

/**
 * Creates a store. It has no snapshot before the first `reset`. Then only a publication replaces it, so no view sees a later one
 * than it was notified of.
 *
 * @param schedule Calls back later, or immediately. Returns a function that cancels the call.
 */
export function createSnapshotStore<Snapshot>(
  createSnapshot: () => Snapshot,
  schedule: (callback: () => void) => (() => void) | undefined,
): SnapshotStore<Snapshot> {
  const listeners: Listeners<() => void> = { current: [] }
  let snapshot: Snapshot
  let cancel: (() => void) | undefined

  function reset(next = createSnapshot()): void {
    cancel?.()
    cancel = undefined
    snapshot = next
  }

  function publish(): void {
    reset()
    for (const { listener } of listeners.current) guard(listener)
  }

  return {
    get snapshot() {
      return snapshot
    },
    publish,
    reset,
    schedulePublish() {
      cancel ??= schedule(publish)
    },
    observe: (listener) => addListener(listeners, listener),
  }
}
