import type { TabLocks } from '../platform/tabs.ts'

/** Lock that all tabs share. */
export interface Lock {
  readonly isHeld: boolean
  /** Queues for the lock, unless it is queued for or held already. With `steal`, takes it from its holder. */
  request(steal?: boolean): void
  /** Releases the lock, or leaves the queue. */
  release(): void
}

/**
 * Creates a lock, without requesting it.
 *
 * @param onHeld Called when the tab has got the lock.
 * @param onLost Called when another tab has taken it, or, with `isRefused`, if the browser allows no locks.
 */
export function createLock(
  locks: TabLocks,
  name: string,
  onHeld: () => void,
  onLost: (isRefused: boolean) => void,
): Lock {
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
      const hold = () =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve())
          if (signal.aborted) return resolve()
          isHeld = true
          onHeld()
        })
      // A request that steals must not have a signal.
      locks.request(name, steal ? { steal } : { signal }, hold).catch((error: Error) => {
        if (signal.aborted) return
        release()
        // Another tab may take a lock even before its holder has learned that it has it.
        onLost(error.name !== 'AbortError')
      })
    },
  }
}
