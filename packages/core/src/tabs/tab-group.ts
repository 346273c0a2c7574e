import type { RoleReason } from '../connection/relay.ts'
import type { Clock } from '../platform/clock.ts'
import type { TabChannel, TabsPlatform } from '../platform/tabs.ts'
import { Election } from './election.ts'
import { createFollowing, type Following } from './following.ts'
import type { Answer, GroupMember } from './group-member.ts'
import { createLeaderWatch, type LeaderWatch } from './leader-watch.ts'
import { createLeadership, type Leadership } from './leadership.ts'
import { isLater, isMail } from './protocol.ts'
import type { Entry, Join, LeaderMessage, Mail, Term } from './protocol.ts'
import { createQuestion } from './question.ts'
import type { Ring } from './ring.ts'
import { ANSWER_MS, GRACE_MS, REJOIN_MS, SILENT_MS, SLOW_MS, TICK_MS } from './timing.ts'
import { createWakefulness, type Wakefulness } from './wakefulness.ts'

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
  #following: Following | undefined
  readonly #question = createQuestion()
  readonly #watch: LeaderWatch
  readonly #wakefulness: Wakefulness
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
    this.#watch = createLeaderWatch(clock, platform)
    this.#wakefulness = createWakefulness(clock, platform.locks!, name, () => this.endTerm(false))
    const onHeld = () => this.#handleHeld()
    this.#election = new Election(name, clock, platform, member, onHeld, () => this.endTerm(false))
  }

  /** True while the tab is the leader, or about to be. */
  get isLeader(): boolean {
    return this.#election.lock.isHeld
  }

  /** True if the tab could ask a leader to be served. */
  get canAsk(): boolean {
    return (
      this.#watch.hasLeader && !this.#question.isPending && !this.isLeader && this.#now >= this.#notBefore
    )
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
    this.#channel.addEventListener('message', ({ data }) => isMail(data) && this.#receive(data))
    this.#watch.note(false)
    void this.wake()
    if (this.#member.hasSocket()) this.#ask()
    this.#tick()
  }

  /** Leaves the group. Afterwards it holds nothing that would keep the page from the back-forward cache. */
  leave(failed: boolean): void {
    this.endTerm(failed)
    this.#question.settle(undefined)
    this.#channel?.close()
    this.#channel = this.#following = undefined
    this.#watch.note(false)
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
  async ask(after: string): Promise<Answer> {
    const answered = this.#question.ask(after, this.#election.wait(ANSWER_MS))
    this.#ask()
    const answer = await answered
    if (typeof answer === 'string')
      this.#notBefore = this.#now + (answer === 'catching-up' ? REJOIN_MS : SILENT_MS)
    return answer
  }

  /** Follows the leader that has answered. */
  follow({ term, ordinal }: Join): void {
    this.#following = createFollowing(term, ordinal, (length) =>
      this.#post({ type: 'ack', length, from: this.#tab, seen: this.#seen }),
    )
    this.#election.releaseSlot()
    this.#member.onRole('follower')
  }

  /** Stops following the leader, or being it, and forbids to look for another one for a moment. */
  quit(reason: RoleReason): void {
    const isSlow = reason === 'too-slow'
    this.#notBefore = this.#now + (isSlow ? SLOW_MS : REJOIN_MS)
    // A slow tab is no leader, and does not wait to become one.
    if (isSlow) this.endTerm(false, reason)
    if (this.#following) this.#member.onDirect(reason)
    this.#following = undefined
  }

  /** Tells the leader that the tab has taken so much. */
  acknowledge(length: number): void {
    this.#following?.take(length)
  }

  /** Relays a batch if the tab is the leader. */
  relay(entries: readonly Entry[]): void {
    this.#leadership?.relay(entries)
  }

  /** Notes an event: see {@link Wakefulness}. */
  wake(): Promise<unknown> | undefined {
    return this.#wakefulness.wake(this.#leadership !== undefined)
  }

  /** Ends the term of this tab, if it is the leader. */
  endTerm(failed: boolean, reason?: RoleReason): void {
    this.#election.lock.release()
    const leadership = this.#leadership
    this.#leadership = undefined
    leadership?.end(failed)
    if (leadership) this.#member.onRole('direct', reason)
  }

  #handleHeld(): void {
    this.#wakefulness.noteHeld()
    this.#question.settle(undefined)
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
    void this.wake()
    // The time, so that a tab that knows of no other leader is still later than one that does not answer any more.
    this.#seen = [Math.max(this.#seen[0] + 1, this.#clock.now()), this.#tab]
    this.#leadership = createLeadership(this.#seen, this.#ring, (message) => this.#post(message))
    this.#following = undefined
    this.#watch.note(false)
    this.#election.releaseSlot()
    this.#member.onRole('leader')
    this.#leadership.announce()
  }

  /** Makes sure that there is a leader. */
  #tick(): void {
    this.#cancelTick?.()
    this.#cancelTick = this.#clock.timer(() => this.#tick(), TICK_MS)
    const sleptMs = this.#wakefulness.idleMs
    void this.wake()
    if (this.#now >= this.#notBefore) this.#election.lock.request()
    if (this.isLeader) return
    const verdict = this.#watch.judge(sleptMs, this.#member.hasSocket())
    if (verdict === 'ask') this.#ask()
    else if (verdict && this.#following) this.quit('leader-silent')
    else if (verdict && this.#member.hasSocket())
      this.#election.steal(
        () => this.#ask(),
        () => this.#watch.isWaiting && this.#member.hasSocket() && this.#platform.isVisible(),
      )
  }

  async #receive(message: Mail): Promise<void> {
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
    this.#watch.note(type !== 'bye')
    if (following && isLater(message.term, following.term)) return this.#loseLeader()
    if ('to' in message && message.to !== this.#tab) return
    if (type === 'here' && this.#question.isPending) this.#ask()
    if (type === 'join') {
      if (message.after !== this.#question.after) return
      const { entries } = message
      return this.#question.settle(entries ? { ...message, entries } : 'catching-up')
    }
    if (!following) return this.#member.onLeaderHeard()
    if (type === 'drop') return this.quit('too-slow')
    if (type === 'bye') return message.failed ? this.#member.onLeaderFailed() : this.#loseLeader()
    if (type === 'here') return
    const isNext = following.accept(message.ordinal)
    if (isNext) this.#member.onEntries(message.entries)
    else if (isNext === false) this.quit('missed-batch')
  }

  /** Asks the pending question, or if the leader is alive. */
  #ask(): void {
    this.#watch.noteQuestion()
    this.#post({ type: 'ask', after: this.#question.after, from: this.#tab, seen: this.#seen })
  }

  #post(message: Mail): void {
    // The process was stopped since the event that led here: another tab may lead by now.
    if (this.#leadership && this.#wakefulness.idleMs > ANSWER_MS) return this.endTerm(false)
    this.#channel?.postMessage(message)
  }
}
