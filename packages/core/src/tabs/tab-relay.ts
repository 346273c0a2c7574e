import { continuityOf } from '../connection/continuity.ts'
import type { Relay, RelayedConnection, RelayTransport, Role, RoleReason } from '../connection/relay.ts'
import { isUnauthorized } from '../connection/retry-policy.ts'
import type { ConnectionState } from '../connection/state.ts'
import { isSendableId, openTransport, type TransportRequest } from '../connection/transport.ts'
import { SseError } from '../errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { TabsPlatform } from '../platform/tabs.ts'
import { type BlockReader, createBlockReader } from './block-reader.ts'
import { createFeed, type Feed } from './feed.ts'
import { WINDOW } from './leadership.ts'
import { findObstacle, type StreamRequest } from './obstacle.ts'
import { type Entry, type Join, nameOf } from './protocol.ts'
import { createRing } from './ring.ts'
import type { Answer, GroupMember } from './group-member.ts'
import { TabGroup } from './tab-group.ts'

/** Relay of one connection. Each attempt has a socket or follows a leader, and may change from the socket to the leader. */
export class TabRelay implements Relay, GroupMember {
  role: Relay['role'] = { role: 'direct' }
  readonly #platform: TabsPlatform
  readonly #connection: RelayedConnection
  #name = ''
  #ring = createRing()
  #group: TabGroup | undefined
  /** Reason for which this stream is never relayed. */
  #refusal: RoleReason | undefined
  /** Queue of the current attempt. */
  #feed: Feed | undefined
  /** Socket of the current attempt, once it is open; aborted when the tab leaves it. */
  #socket: AbortController | undefined
  #blocks: BlockReader | undefined
  /** Pending question of a tab with a socket. Meanwhile the socket is not read: what it has is what the leader would send. */
  #asking: Promise<void> | undefined
  #asksFirst = true
  #hasTriedOthers = false

  constructor(platform: TabsPlatform, connection: RelayedConnection) {
    this.#platform = platform
    this.#connection = connection
  }

  readonly open = async (
    request: TransportRequest,
    signal: AbortSignal,
    clock: Clock,
  ): Promise<RelayTransport> => {
    this.#startGroup(request, clock)
    const group = this.#group
    if (this.#refusal || !group) return openTransport(request, signal, clock)
    const feed = (this.#feed = createFeed((length) => group.acknowledge(length)))
    this.#socket = undefined
    const { lastEventId } = request
    const isResumable = isSendableId(lastEventId)
    if (isResumable) group.enter()
    const asksFirst = this.#asksFirst && isResumable && !group.isLeader
    this.#asksFirst = true
    const served = asksFirst && (await this.#askFirst(lastEventId, feed, signal))
    if (served) return served
    await group.admit()
    if (signal.aborted) throw signal.reason
    try {
      return await this.#openSocket(request, signal, clock, feed)
    } catch (error) {
      const isOver = signal.aborted || !isResumable || this.#hasTriedOthers
      if (isOver || !isUnauthorized(error as SseError)) throw error
      // The headers of another tab may be fresh.
      this.#hasTriedOthers = true
      group.endTerm(false)
      const served = await this.#askFirst(lastEventId, feed, signal)
      if (served) return served
      throw error
    }
  }

  onStep({ status }: ConnectionState): void {
    if (status === 'connecting' || status === 'open') return
    // A page that was away does not wait for others when it returns.
    this.#asksFirst = status !== 'paused'
    this.#leave(status === 'waiting')
  }

  hasSocket(): boolean {
    return this.#socket?.signal.aborted === false
  }

  onRole(role: Role, roleReason?: RoleReason): void {
    if (role === this.role.role && roleReason === this.role.roleReason) return
    this.role = roleReason ? { role, roleReason } : { role }
    this.#connection.onRoleChange(this.role)
  }

  onEntries(entries: readonly Entry[]): void {
    this.#ring.push(entries)
    const text = entries.map(([, each]) => each).join('')
    if (text) this.#feed!.push(text)
    if (this.#feed!.length > 2 * WINDOW) this.#group!.quit('too-slow')
  }

  onLeaderHeard(): void {
    const { lastId, after } = this.#ring
    if (!this.hasSocket() || !this.#group!.canAsk || this.#blocks!.midMessage || !after(lastId)) return
    this.#asking = this.#ask((answer) => {
      if (typeof answer === 'object') {
        this.#socket!.abort()
        this.#follow(answer)
      } else if (answer) this.onRole('direct', answer)
    }).finally(() => (this.#asking = undefined))
  }

  onLeaderGone(): void {
    void this.#ask((answer) => (typeof answer === 'object' ? this.#follow(answer) : this.onDirect(answer)))
  }

  onLeaderFailed(): void {
    this.#feed!.end(new SseError('ended', 'The tab that relays the stream has lost its connection.'))
  }

  onDirect(reason?: RoleReason): void {
    this.#asksFirst = false
    this.onRole('direct', reason)
    this.#connection.reconnect()
  }

  onBlocked(): void {
    this.#refuse('blocked')
  }

  /** Sets the group and the refusal for a request. */
  #startGroup(request: TransportRequest, clock: Clock): void {
    // Read for each attempt, as all options: the cookies of a request may be those of another user now.
    const { share } = request as StreamRequest
    const name = nameOf(request, share?.user)
    if (name !== this.#name) {
      this.#leave(false)
      this.#name = name
      this.#ring = createRing()
      this.#group = this.#refusal = undefined
    }
    const obstacle = findObstacle(request as StreamRequest, this.#platform)
    if (obstacle) this.#refuse(obstacle)
    else if (!this.#refusal) this.#group ??= new TabGroup(name, this.#ring, clock, this.#platform, this)
  }

  #refuse(reason: RoleReason): void {
    this.#refusal = reason
    this.#leave(false)
    this.onRole('direct', reason)
  }

  #leave(failed: boolean): void {
    this.#group?.leave(failed)
    this.#feed = this.#socket = undefined
    if (this.role.role !== 'direct') this.onRole('direct')
  }

  /** Asks for what follows the last id. The answer is dropped if the attempt is over. */
  async #ask(handle: (answer: Answer) => void): Promise<void> {
    const feed = this.#feed
    const { lastId } = this.#ring
    const answer = await this.#group!.ask(lastId)
    if (feed && feed === this.#feed && lastId === this.#ring.lastId) handle(answer)
  }

  #follow(join: Join): void {
    this.#group!.follow(join)
    this.onEntries(join.entries)
  }

  /** Begins an attempt without a socket, if there is a leader that has the id. */
  async #askFirst(lastEventId: string, feed: Feed, signal: AbortSignal): Promise<RelayTransport | undefined> {
    const answer = await this.#group!.ask(lastEventId)
    if (signal.aborted) throw signal.reason
    if (typeof answer !== 'object') {
      this.onRole('direct', answer)
      return undefined
    }
    this.#ring.start(lastEventId, true)
    this.#follow(answer)
    return { response: { headers: new Headers({ 'sse-resume': 'complete' }) }, read: feed.read }
  }

  async #openSocket(
    request: TransportRequest,
    signal: AbortSignal,
    clock: Clock,
    feed: Feed,
  ): Promise<RelayTransport> {
    const { lastEventId } = request
    const socket = new AbortController()
    signal.addEventListener('abort', () => socket.abort())
    const { response, read } = await openTransport(request, socket.signal, clock)
    if (signal.aborted) throw signal.reason
    this.#hasTriedOthers = false
    // Unless the server says so, nobody knows if anything is missing between the old content and the new one.
    this.#ring.start(lastEventId, continuityOf(response.headers, lastEventId) === 'resumed')
    this.#blocks = createBlockReader(request as StreamRequest)
    // A lock that the browser refused meanwhile has set another role.
    if (!this.#refusal) {
      this.#socket = socket
      if (!lastEventId) this.onRole('direct', 'no-id')
      this.#group!.handleSocket()
    }
    void this.#pump(read, feed, socket.signal)
    return { response, read: feed.read }
  }

  /** Reads the socket, also ahead of the connection: other tabs must not wait for the listeners of this one. */
  async #pump(read: () => Promise<Uint8Array | undefined>, feed: Feed, signal: AbortSignal): Promise<void> {
    const group = this.#group!
    let error: unknown
    try {
      for (;;) {
        while (feed.length > WINDOW) {
          if (group.isLeader) group.quit('too-slow')
          await feed.taken()
        }
        const chunk = await read()
        // Each may begin while the other one is waited for.
        for (let pending; (pending = this.#asking ?? group.wake());) await pending
        if (signal.aborted || !chunk) break
        feed.push(chunk)
        if (this.#socket?.signal === signal) this.#relay(chunk)
      }
    } catch (cause) {
      error = cause
    }
    if (signal.aborted) return
    if (this.#socket?.signal === signal) this.#leave(true)
    feed.end(error)
  }

  #relay(chunk: Uint8Array): void {
    const blocks = this.#blocks!
    let entries: readonly Entry[] = []
    try {
      entries = blocks.read(chunk)
    } catch {
      // The connection fails with the same error.
    }
    this.#ring.push(entries)
    const { lastId } = this.#ring
    if (!blocks.hasIds || (lastId && !isSendableId(lastId))) return this.#refuse('no-id')
    if (!lastId) return
    if (this.role.roleReason === 'no-id') this.onRole('direct')
    this.#group!.relay(entries)
    this.#group!.enter()
    this.onLeaderHeard()
  }
}
