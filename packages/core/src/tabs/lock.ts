import type { TabLocks } from '../platform/tabs.ts'

/** Lock that all tabs share. */
export interface Lock {
  readonly isHeld: boolean
  /** Queues for the lock, unless it is queued for or held already. With `steal`, takes it from its holder. */
  request(steal?: boolean): void
  /** Releases the lock, or leaves the queue. */
  release(): void
}

/** Callbacks of a lock. */
export interface LockListener {
  onHeld(): void
  /** Called when another tab has taken the lock. */
  onLost?(): void
  /** Called if the browser refuses locks. */
  onRefused(): void
}

/** Creates a lock, without requesting it. */
export function createLock(locks: TabLocks, name: string, listener: LockListener): Lock {
  let isHeld = false
  /** Aborted when the lock is released. */
  let controller: AbortController | undefined

  function release(): void {
    isHeld = false
    controller?.abort()
    controller = undefined
  }

  return {
    get isHeld() {
      return isHeld
    },
    release,
    request(steal = false) {
      if (controller && !steal) return
      release()
      const { signal } = (controller = new AbortController())
      const hold = () => {
        if (signal.aborted) return undefined
        isHeld = true
        listener.onHeld()
        return new Promise<void>((resolve) => {
          if (signal.aborted) resolve()
          signal.addEventListener('abort', () => resolve())
        })
      }
      // A request that steals must not have a signal.
      locks.request(name, steal ? { steal } : { signal }, hold).catch(() => {
        if (signal.aborted) return
        const wasHeld = isHeld
        release()
        if (wasHeld) listener.onLost?.()
        else listener.onRefused()
      })
    },
  }
}
