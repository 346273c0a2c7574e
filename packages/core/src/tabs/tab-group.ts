import type { RoleReason } from '../connection/relay.ts'
import type { Clock } from '../platform/clock.ts'
import type { TabChannel, TabsPlatform } from '../platform/tabs.ts'
import { ANSWER_MS, Election, SILENCE_MS } from './election.ts'
import type { Answer, GroupMember } from './group-member.ts'
import { createLeadership, type Leadership } from './leadership.ts'
import { type Entry, isLater, type Join } from './protocol.ts'
import type { LeaderMessage, TabMessage, Term } from './protocol.ts'
import type { Ring } from './ring.ts'

/** Interval in which a tab looks if the leader is silent, in milliseconds. */
const TICK_MS = 500
/** Delay before a tab that left a leader, or that was too slow, looks for a leader again, in milliseconds. */
const REJOIN_MS = 1_000
const SLOW_MS = 10_000
/** The same after a question without an answer: meanwhile the socket was not read. */
const SILENT_MS = 5_000
/** Time that the last batches of a leader have to arrive after its lock, in milliseconds. */
const GRACE_MS = 100
/** Length of what a follower takes before it acknowledges it, in UTF-16 code units. */
const ACK_LENGTH = 2 ** 16

/** Tabs that share one stream, as one of them sees them: who leads, and what the leader says. */
export class TabGroup {
  readonly #name: string
  readonly #ring: Ring
  readonly #clock: Clock
  readonly #platform: TabsPlatform
  readonly #member: GroupMember
  readonly #tab: string
  readonly #election: Election
  #channel: TabChannel | undefined
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
  /** Time of the last event. */
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
    this.#election = new Election(
      name,
      clock,
      platform,
      () => this.#handleHeld(),
      () => this.endTerm(false),
      () => member.onBlocked(),
    )
  }

  /** True while the tab is the leader, or about to be. */
  get isLeader(): boolean {
    return this.#election.lock.isHeld
  }

  /** True if the tab could ask a leader to be served. */
  get canAsk(): boolean {
    return this.#hasLeader && !this.#question && !this.isLeader && this.#now >= this.#notBefore
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
    if (this.#member.hasSocket()) this.#ask()
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
    this.#election.leave()
  }

  /** Waits until the tab may connect. */
  async admit(): Promise<void> {
    if (!this.isLeader) await this.#election.takeSlot()
  }

  /** Called when the tab has a socket. */
  handleSocket(): void {
    if (this.isLeader) this.#lead()
    else if (this.#channel) this.#tick()
    void this.#election.wait(ANSWER_MS).then(() => this.#election.releaseSlot())
  }

  /** Asks the leader for what follows an id. `undefined` if this tab is to be the leader. */
  ask(after: string): Promise<Answer> {
    this.#question?.settle(undefined)
    return new Promise((resolve) => {
      const settle = (answer: Answer) => {
        if (this.#question !== question) return
        this.#question = undefined
        if (typeof answer === 'string')
          this.#notBefore = this.#now + (answer === 'catching-up' ? REJOIN_MS : SILENT_MS)
        resolve(answer)
      }
      const question = (this.#question = { after, settle })
      void this.#election.wait(ANSWER_MS).then(() => settle('leader-silent'))
      this.#ask()
    })
  }

  /** Follows the leader that has answered. */
  follow({ term, ordinal }: Join): void {
    this.#following = { term, ordinal }
    this.#taken = 0
    this.#election.releaseSlot()
    this.#member.onRole('follower')
  }

  /** Stops following the leader, or being it, and forbids to look for another one for a moment. */
  quit(reason: RoleReason): void {
    const isSlow = reason === 'too-slow'
    const wasFollowing = this.#following
    this.#notBefore = this.#now + (isSlow ? SLOW_MS : REJOIN_MS)
    this.#following = undefined
    // A slow tab is no leader, and does not wait to become one.
    if (isSlow) this.endTerm(false, reason)
    if (wasFollowing) this.#member.onDirect(reason)
  }

  /** Tells the leader that the tab has taken so much. */
  acknowledge(length: number): void {
    if (!this.#following || (this.#taken += length) < ACK_LENGTH) return
    this.#post({ type: 'ack', length: this.#taken, from: this.#tab, seen: this.#seen })
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
    const checked = () => void (this.#checking = undefined)
    const idleMs = this.#now - this.#activeAt
    this.#activeAt = this.#now
    if (this.#leadership && idleMs > ANSWER_MS)
      // A lock that was taken away is reported before the answer.
      this.#checking ??= this.#platform.locks!.query().then(checked, checked)
    return this.#checking
  }

  /** Ends the term of this tab, if it is the leader. */
  endTerm(failed: boolean, reason?: RoleReason): void {
    this.#election.lock.release()
    if (!this.#leadership) return
    this.#leadership.end(failed)
    this.#leadership = undefined
    this.#member.onRole('direct', reason)
  }

  #handleHeld(): void {
    this.#question?.settle(undefined)
    if (this.#member.hasSocket()) this.#lead()
    // The last batches of the leader may come later than its lock.
    else void this.#election.wait(GRACE_MS).then(() => this.#following && this.#loseLeader())
  }

  #loseLeader(): void {
    this.#following = undefined
    if (this.isLeader) this.#member.onDirect()
    else this.#member.onLeaderGone()
  }

  #lead(): void {
    // The time, so that a tab that knows of no other leader is still later than one that does not answer any more.
    this.#seen = [Math.max(this.#seen[0] + 1, this.#clock.now()), this.#tab]
    this.#leadership = createLeadership(this.#seen, this.#ring, (message) => this.#post(message))
    this.#following = this.#pingedAt = undefined
    this.#hasLeader = false
    this.#activeAt = this.#now
    this.#election.releaseSlot()
    this.#member.onRole('leader')
    this.#leadership.announce()
  }

  /** Makes sure that there is a leader. Only visible tabs judge one. */
  #tick(): void {
    this.#cancelTick?.()
    this.#cancelTick = this.#clock.timer(() => this.#tick(), TICK_MS)
    const now = this.#now
    const sleptMs = now - this.#activeAt
    void this.wake()
    if (now >= this.#notBefore) this.#election.lock.request()
    if (this.isLeader) return
    const isVisible = this.#platform.isVisible()
    const hasSocket = this.#member.hasSocket()
    // Timers of a hidden tab are late, and so are those of one that slept: it may have missed the answer.
    if (!isVisible || sleptMs > ANSWER_MS) this.#pingedAt = undefined
    if (this.#pingedAt === undefined) {
      if (now - this.#heardAt >= SILENCE_MS && (hasSocket || isVisible)) this.#ask()
    } else if (now - this.#pingedAt >= ANSWER_MS) {
      if (this.#following) this.quit('leader-silent')
      else if (hasSocket) this.#replaceLeader()
    }
  }

  #replaceLeader(): void {
    this.#election.steal(
      () => this.#ask(),
      () => this.#pingedAt !== undefined && this.#member.hasSocket() && this.#platform.isVisible(),
    )
  }

  async #receive(message: LeaderMessage | TabMessage): Promise<void> {
    const checking = this.wake()
    if (checking) await checking
    const leadership = this.#leadership
    if (!this.#channel) return
    if ('from' in message) {
      if (!leadership) return
      if (!isLater(message.seen, leadership.term)) return leadership.answer(message)
      // Only if the clock was set back: the others would not listen to this tab.
      this.#seen = message.seen
      return this.#lead()
    }
    if (isLater(this.#seen, message.term)) return
    this.#seen = message.term
    // The other one was elected later.
    if (leadership) this.endTerm(false)
    this.#handleLeader(message)
  }

  #handleLeader(message: LeaderMessage): void {
    const following = this.#following
    const { type } = message
    this.#heardAt = this.#now
    this.#pingedAt = undefined
    this.#hasLeader = type !== 'bye'
    if (following && isLater(message.term, following.term)) return this.#loseLeader()
    if ('to' in message && message.to !== this.#tab) return
    if (type === 'here' && this.#question) this.#ask()
    if (type === 'join') {
      if (message.after !== this.#question?.after) return
      const { entries } = message
      return this.#question.settle(entries ? { ...message, entries } : 'catching-up')
    }
    if (!following) return this.#member.onLeaderHeard()
    if (type === 'drop') return this.quit('too-slow')
    if (type === 'bye') return message.failed ? this.#member.onLeaderFailed() : this.#loseLeader()
    // A repeated batch is harmless, a missing one is not.
    if (type !== 'batch' || message.ordinal <= following.ordinal) return
    if (message.ordinal === ++following.ordinal) this.#member.onEntries(message.entries)
    else this.quit('missed-batch')
  }

  /** Asks the pending question, or if the leader is alive. */
  #ask(): void {
    this.#pingedAt ??= this.#now
    this.#post({ type: 'ask', after: this.#question?.after, from: this.#tab, seen: this.#seen })
  }

  #post(message: LeaderMessage | TabMessage): void {
    this.#channel?.postMessage(message)
  }
}
