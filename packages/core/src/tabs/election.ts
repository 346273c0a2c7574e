import type { Clock } from '../platform/clock.ts'
import type { TabsPlatform } from '../platform/tabs.ts'
import type { GroupMember } from './group-member.ts'
import { createLock, type Lock } from './lock.ts'
import { ANSWER_MS, LAST_CHANCE_MS } from './timing.ts'

/** Locks of a group of tabs. */
export class Election {
  /** Lock of the leader. */
  readonly lock: Lock
  readonly #name: string
  readonly #clock: Clock
  readonly #platform: TabsPlatform
  readonly #member: GroupMember
  #slot: Lock | undefined
  /** Functions that end a wait. */
  readonly #waits = new Set<() => void>()

  constructor(
    name: string,
    clock: Clock,
    platform: TabsPlatform,
    member: GroupMember,
    onHeld: () => void,
    onLost: () => void,
  ) {
    this.#name = name
    this.#clock = clock
    this.#platform = platform
    this.#member = member
    this.lock = createLock(platform.locks!, name, onHeld, (isRefused) =>
      isRefused ? member.onBlocked() : onLost(),
    )
  }

  /** Waits for one of two slots, so that at most two tabs catch up at a time. Does not wait for long: others may be frozen. */
  takeSlot(): Promise<unknown> {
    this.releaseSlot()
    const held = new Promise<void>((resolve) => {
      const name = this.#name + (this.#clock.random() < 0.5 ? 1 : 2)
      this.#slot = createLock(this.#platform.locks!, name, resolve, () => resolve(this.#member.onBlocked()))
      this.#slot.request()
    })
    return Promise.race([held, this.wait(ANSWER_MS)])
  }

  releaseSlot(): void {
    this.#slot?.release()
  }

  /** Takes the lock from a leader that does not answer, after a last chance. Only one tab at a time does so. */
  steal(ping: () => void, isDead: () => boolean): void {
    const { locks } = this.#platform
    const judge = async (isMine: unknown) => {
      if (!isMine) return
      ping()
      await this.wait(LAST_CHANCE_MS)
      const { held } = await locks!.query()
      // A lock that nobody holds is given to the next in the queue.
      if (isDead() && held?.some(({ name }) => name === this.#name)) this.lock.request(true)
    }
    locks!.request(`${this.#name}steal`, { ifAvailable: true }, judge).catch(() => undefined)
  }

  /** Waits, but not longer than the tab is in the group. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel()
        this.#waits.delete(end)
        resolve()
      }
      const cancel = this.#clock.timer(end, ms)
      this.#waits.add(end)
    })
  }

  /** Releases everything. */
  leave(): void {
    this.lock.release()
    this.releaseSlot()
    for (const end of this.#waits) end()
  }
}
