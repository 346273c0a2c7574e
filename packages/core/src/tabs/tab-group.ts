import type { Role, RoleReason } from '../connection/relay.ts'
import type { Clock } from '../platform/clock.ts'
import type { TabChannel, TabsPlatform } from '../platform/tabs.ts'
import { createLeadership, type Leadership } from './leadership.ts'
import { createLock, type Lock } from './lock.ts'
import { type Entry, isLater, type Join } from './protocol.ts'
import type { LeaderMessage, TabMessage, Term } from './protocol.ts'
import type { Ring } from './ring.ts'

/** Time limit for an answer of a leader. A leader that did nothing for longer may have been replaced. In milliseconds. */
export const ANSWER_MS = 2_000
/** Silence after which a visible tab asks if the leader is alive, and the time limit of its last chance, in milliseconds. */
const TICK_MS = 1_000
/** Delay before a tab that left a leader, or that was too slow, looks for a leader again, in milliseconds. */
const REJOIN_MS = 1_000
const SLOW_MS = 10_000
/** Length of what a follower takes before it acknowledges it, in UTF-16 code units. */
const ACK_LENGTH = 2 ** 16

/** Answer to a tab that asks for what follows an id: entries, or the reason for which it needs a socket, if there is one. */
export type Answer = Join | RoleReason | undefined

/** Tab, as its group sees it. */
export interface GroupMember {
  /** Returns true while the tab has an open socket. */
  hasSocket(): boolean
  onRole(role: Role, reason?: RoleReason): void
  /** Called with each batch of the leader that the tab follows. */
  onEntries(entries: readonly Entry[]): void
  /** Called when a leader shows that it is there. */
  onLeaderHeard(): void
  /** Called when the leader that the tab follows is gone, and another one may be there. */
  onLeaderGone(): void
  /** Called when the socket of the leader that the tab follows has failed. */
  onLeaderFailed(): void
  /** Called when the tab needs a socket of its own: it is the next leader, or it cannot follow the leader, for this reason. */
  onDirect(reason?: RoleReason): void
  /** Called if the browser refuses locks or channels. */
  onBlocked(): void
}

/** Message of a tab without its sender. */
type Request = TabMessage extends infer Each ? (Each extends unknown ? Omit<Each, 'from' | 'seen'> : never) : never

/** Tabs that share one stream. Elects a leader; decides nothing about messages. */
export class TabGroup {
  readonly #name: string
  readonly #ring: Ring
  readonly #clock: Clock
  readonly #platform: TabsPlatform
  readonly #member: GroupMember
  readonly #tab: string
  readonly #lock: Lock
  #slot: Lock | undefined
  #channel: TabChannel | undefined
  /** Functions that end a wait. */
  readonly #waits = new Set<() => void>()
  /** Latest term that any leader has claimed. */
  #seen: Term = [0, '']
  #leadership: Leadership | undefined
  #following: { readonly term: Term; ordinal: number } | undefined
  /** Length of what was taken and not acknowledged. */
  #taken = 0
  #question: { readonly after: string; settle(answer: Answer): void } | undefined
  /** True if there seems to be another leader. */
  #hasLeader = false
  #heardAt = 0
  /** Time of the first ping that the leader has not answered. */
  #pingedAt: number | undefined
  #isStealing = false
  /** Time of the last event; a leader uses it to notice that it slept. */
  #activeAt = 0
  #checking: Promise<unknown> | undefined
  /** Earliest time to look for a leader. */
  #notBefore = 0
  #cancelTick: (() => void) | undefined

  constructor(name: string, ring: Ring, clock: Clock, platform: TabsPlatform, member: GroupMember) {
    this.#name = name
    this.#ring = ring
    this.#clock = clock
    this.#platform = platform
    this.#member = member
    this.#tab = String(clock.random())
    this.#lock = createLock(platform.locks!, name, {
      onHeld: () => this.#handleHeld(),
      onLost: () => this.endTerm(false),
      onRefused: member.onBlocked,
    })
  }

  /** True while the tab is the leader, or about to be. */
  get isLeader(): boolean {
    return this.#lock.isHeld
  }

  /** True if the tab could ask a leader to be served. */
  get canAsk(): boolean {
    return this.#hasLeader && !this.#question && !this.#lock.isHeld && this.#now >= this.#notBefore
  }

  get #now(): number {
    return this.#clock.monotonic()
  }

  /** Enters the group, once the tab has an id. Does nothing in the group. */
  enter(): void {
    if (this.#channel) return
    try {
      this.#channel = this.#platform.openChannel!(this.#name)
    } catch {
      return this.#member.onBlocked()
    }
    this.#channel.addEventListener('message', ({ data }) => this.#receive(data as LeaderMessage | TabMessage))
    this.#activeAt = this.#heardAt = this.#now
    if (this.#member.hasSocket()) this.#ping()
    this.#tick()
  }

  /** Leaves the group. Afterwards it holds nothing that would keep the page from the back-forward cache. */
  leave(failed: boolean): void {
    this.endTerm(failed)
    this.#question?.settle(undefined)
    this.#channel?.close()
    this.#channel = this.#following = this.#pingedAt = undefined
    this.#hasLeader = false
    this.#cancelTick?.()
    this.#slot?.release()
    for (const end of this.#waits) end()
  }

  /** Called when the tab has a socket. */
  handleSocket(): void {
    if (this.#lock.isHeld) this.#lead()
    else if (this.#channel) this.#tick()
    void this.#wait(ANSWER_MS).then(() => this.#slot?.release())
  }

  /** Waits for one of two slots, so that at most two tabs catch up at a time. Does not wait for long: others may be frozen. */
  async takeSlot(): Promise<void> {
    if (this.#lock.isHeld) return
    await Promise.race([
      this.#wait(ANSWER_MS),
      new Promise<void>((resolve) => {
        const name = this.#name + (this.#clock.random() < 0.5 ? 1 : 2)
        const onRefused = () => resolve(this.#member.onBlocked())
        this.#slot?.release()
        this.#slot = createLock(this.#platform.locks!, name, { onHeld: resolve, onRefused })
        this.#slot.request()
      }),
    ])
  }

  /** Asks the leader for what follows an id. `undefined` if this tab is to be the leader. */
  ask(after: string): Promise<Answer> {
    this.#question?.settle(undefined)
    return new Promise((resolve) => {
      const settle = (answer: Answer) => {
        cancel()
        this.#question = undefined
        if (typeof answer === 'string') this.#notBefore = this.#now + REJOIN_MS
        resolve(answer)
      }
      const cancel = this.#clock.timer(() => settle('leader-silent'), ANSWER_MS)
      this.#question = { after, settle }
      this.#repeatQuestion()
    })
  }

  /** Follows the leader that has answered. */
  follow({ term, ordinal }: Join): void {
    this.#following = { term, ordinal }
    this.#taken = 0
    this.#slot?.release()
    this.#member.onRole('follower')
  }

  /** Stops following the leader, or being it, and forbids to look for another one for a moment. */
  quit(reason: RoleReason): void {
    this.#notBefore = this.#now + (reason === 'too-slow' ? SLOW_MS : REJOIN_MS)
    const wasFollowing = this.#following
    this.#following = undefined
    // A slow tab is no leader, and does not wait to become one.
    if (reason === 'too-slow') this.endTerm(false, reason)
    if (wasFollowing) this.#member.onDirect(reason)
  }

  /** Tells the leader that the tab has taken so much. */
  acknowledge(length: number): void {
    if (!this.#following || (this.#taken += length) < ACK_LENGTH) return
    this.#send({ type: 'ack', length: this.#taken })
    this.#taken = 0
  }

  /** Relays a batch if the tab is the leader. */
  relay(entries: readonly Entry[]): void {
    this.#leadership?.relay(entries)
  }

  /**
   * Notes that the tab is awake. A leader that did nothing for a while may have been frozen, and replaced. Then it must not relay:
   * returns a promise to wait for, after which it is no leader any more if it was replaced.
   */
  wake(): Promise<unknown> | undefined {
    const idleMs = this.#now - this.#activeAt
    this.#activeAt += idleMs
    if (this.#leadership && idleMs > ANSWER_MS)
      // A lock that was taken away is reported before the answer.
      this.#checking ??= this.#platform
        .locks!.query()
        .catch(() => undefined)
        .then(() => (this.#checking = undefined))
    return this.#checking
  }

  /** Ends the term of this tab, if it is the leader. */
  endTerm(failed: boolean, reason?: RoleReason): void {
    this.#lock.release()
    if (!this.#leadership) return
    this.#leadership.end(failed)
    this.#leadership = undefined
    this.#member.onRole('direct', reason)
  }

  #handleHeld(): void {
    this.#question?.settle(undefined)
    if (this.#member.hasSocket()) this.#lead()
    else if (this.#following) {
      this.#following = undefined
      this.#member.onDirect()
    }
  }

  #lead(): void {
    // The time, so that a tab that knows of no other leader is still later than one that does not answer any more.
    this.#seen = [Math.max(this.#seen[0] + 1, this.#clock.now()), this.#tab]
    this.#leadership = createLeadership(this.#seen, this.#ring, (message) => this.#post(message))
    this.#following = this.#pingedAt = undefined
    this.#hasLeader = false
    this.#activeAt = this.#now
    this.#slot?.release()
    this.#member.onRole('leader')
    this.#leadership.announce()
  }

  #tick(): void {
    this.#cancelTick?.()
    const sleptMs = this.#now - this.#activeAt
    void this.wake()
    if (this.#now >= this.#notBefore) this.#lock.request()
    // Timers of a hidden tab are late, and so are those of one that slept: it may have missed the answer.
    if (!this.#platform.isVisible() || sleptMs > ANSWER_MS) this.#pingedAt = undefined
    this.#cancelTick = this.#clock.timer(() => this.#tick(), TICK_MS)
    if (!this.#lock.isHeld) this.#watch()
  }

  /** Makes sure that there is a leader. Only visible tabs judge one that they follow. */
  #watch(): void {
    const hasSocket = this.#member.hasSocket()
    if (this.#pingedAt === undefined) {
      if (this.#now - this.#heardAt >= TICK_MS && (hasSocket || this.#platform.isVisible())) this.#ping()
    } else if (this.#now - this.#pingedAt >= ANSWER_MS) {
      if (this.#following) this.quit('leader-silent')
      else if (hasSocket) void this.#steal()
    }
  }

  /** Takes the lock from a leader that does not answer, after a last chance. One tab at a time. */
  async #steal(): Promise<void> {
    if (this.#isStealing) return
    this.#isStealing = true
    const isDead = () => this.#pingedAt !== undefined && this.#member.hasSocket() && this.#platform.isVisible()
    const { locks } = this.#platform
    const judge = async (lock: unknown) => {
      if (!lock) return
      this.#ping()
      await this.#wait(TICK_MS)
      if (!isDead()) return
      const { held } = await locks!.query()
      // If nobody holds the lock, this tab or another one gets it now.
      if (isDead() && !this.#lock.isHeld && held?.some(({ name }) => name === this.#name))
        this.#lock.request(true)
    }
    await locks!.request(`${this.#name}steal`, { ifAvailable: true }, judge).catch(() => undefined)
    this.#isStealing = false
  }

  async #receive(message: LeaderMessage | TabMessage): Promise<void> {
    const awake = this.wake()
    if (awake) await awake
    if (!this.#channel) return
    if ('from' in message) {
      if (!this.#leadership) return
      // Only if the clock was set back: the others would not listen to this tab.
      if (!isLater(message.seen, this.#leadership.term)) return this.#leadership.answer(message)
      this.#seen = message.seen
      return this.#lead()
    }
    if (isLater(this.#seen, message.term)) return
    this.#seen = message.term
    // The other one was elected later.
    if (this.#leadership) this.endTerm(false)
    this.#handleLeader(message)
  }

  #handleLeader(message: LeaderMessage): void {
    const following = this.#following
    this.#heardAt = this.#now
    this.#pingedAt = undefined
    this.#hasLeader = message.type !== 'bye'
    if (following && isLater(message.term, following.term)) {
      this.#following = undefined
      return this.#member.onLeaderGone()
    }
    if ('to' in message && message.to !== this.#tab) return
    switch (message.type) {
      case 'here':
        this.#repeatQuestion()
        break
      case 'join':
      case 'unknown':
        if (message.after === this.#question?.after)
          this.#question.settle(message.type === 'join' ? message : 'catching-up')
        break
      case 'batch':
        // A repeated batch is harmless, a missing one is not.
        if (!following || message.ordinal <= following.ordinal) break
        if (message.ordinal !== ++following.ordinal) return this.quit('missed-batch')
        return this.#member.onEntries(message.entries)
      case 'drop':
        if (following) return this.quit('too-slow')
        break
      case 'bye':
        if (!following) break
        this.#following = undefined
        return message.failed ? this.#member.onLeaderFailed() : this.#member.onLeaderGone()
    }
    this.#member.onLeaderHeard()
  }

  #ping(): void {
    this.#pingedAt ??= this.#now
    this.#send({ type: 'ping' })
  }

  #repeatQuestion(): void {
    if (!this.#question) return
    this.#pingedAt ??= this.#now
    this.#send({ type: 'ask', after: this.#question.after })
  }

  #send(request: Request): void {
    this.#post({ ...request, from: this.#tab, seen: this.#seen } as TabMessage)
  }

  #post(message: LeaderMessage | TabMessage): void {
    this.#channel?.postMessage(message)
  }

  /** Waits, but not longer than the tab is in the group. */
  #wait(ms: number): Promise<void> {
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
}
