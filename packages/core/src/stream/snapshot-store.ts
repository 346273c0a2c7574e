import type { ConnectionState } from '../connection/state.ts'
import { guard } from '../errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Page } from '../platform/page.ts'
import type { Snapshot } from './contract.ts'
import { addListener, type Listeners } from './listeners.ts'
import { type Notify, scheduleNotification } from './notify-scheduler.ts'

/** Sources of a snapshot. */
export interface SnapshotSources<Data> {
  /** Connection before it is opened: the base of server rendering. */
  readonly initialConnection: ConnectionView | undefined
  /** Returns the connection that the first snapshot shows. */
  firstConnection(): ConnectionView | undefined
  /** Returns the current connection. */
  connection(): ConnectionView | undefined
  readonly pipeline: { readonly data: Data; readonly invalidCount: number }
  readonly commands: Pick<Snapshot, 'open' | 'close'>
}

interface ConnectionView {
  readonly state: ConnectionState
  readonly lastEventId: string
}

/** Current snapshot of a stream, and its listeners. */
export interface SnapshotStore<Data> {
  readonly snapshot: Snapshot<Data>
  /** Snapshot for server rendering and hydration. */
  readonly initial: Snapshot<Data>
  /** Replaces the snapshot and notifies the listeners. */
  publish(): void
  /** Publishes if the snapshot is out of date. */
  publishIfStale(): void
  /** Publishes at the time that `notify` names, unless that is scheduled already. */
  schedulePublish(notify: Notify | undefined): void
  observe(listener: () => void): () => void
}

const IDLE: ConnectionView = { state: { status: 'idle' }, lastEventId: '' }

/** Creates a store. Only a publication replaces the snapshot, so no view sees a later one than it was notified of. */
export function createSnapshotStore<Data>(
  { initialConnection, firstConnection, connection, pipeline, commands }: SnapshotSources<Data>,
  { clock, page, unref }: { clock: Clock; page: Page; unref: boolean | undefined },
): SnapshotStore<Data> {
  const listeners: Listeners<() => void> = { current: [] }
  let publishedState: ConnectionState
  let cancelScheduled: (() => void) | undefined

  function createSnapshot({ state, lastEventId } = IDLE): Snapshot<Data> {
    const { data, invalidCount } = pipeline
    publishedState = state
    return { ...state, data, lastEventId, invalidCount, ...commands }
  }

  const initial = createSnapshot(initialConnection)
  const first = firstConnection()
  let snapshot = first ? createSnapshot(first) : initial

  function publish(): void {
    cancelScheduled?.()
    cancelScheduled = undefined
    snapshot = createSnapshot(connection())
    for (const listener of listeners.current) guard(listener)
  }

  return {
    get snapshot() {
      return snapshot
    },
    initial,
    publish,
    publishIfStale() {
      const { state, lastEventId } = connection() ?? IDLE
      if (state !== publishedState || lastEventId !== snapshot.lastEventId || pipeline.data !== snapshot.data)
        publish()
    },
    schedulePublish(notify = 'frame') {
      if (cancelScheduled) return
      if (notify === 'sync') publish()
      else cancelScheduled = scheduleNotification(publish, notify, clock, page, unref)
    },
    // A function of its own for each call, so that the same listener may be added twice.
    observe: (listener) => addListener(listeners, () => listener()),
  }
}
