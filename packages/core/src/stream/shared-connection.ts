import { createConnection } from '../connection/connection.ts'
import { guard, SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'
import type { UntilResult, SourceOptions, StreamUrl } from '../options.ts'
import type { ConnectionState } from '../connection/state.ts'

/** One who receives what a source brings. */
export interface Member {
  readonly url: StreamUrl
  /** The newest options. */
  options(): SourceOptions
  /**
   * More comes: options are looked up now, once for all messages of the chunk. Returns what tells whether a message is the last
   * word, if there is anything that does.
   */
  onChunk(): ((message: Message) => UntilResult) | undefined
  /** A promise says: read no further until I am done. */
  onMessage(message: Message): PromiseLike<unknown> | undefined
  /** The state is another one. */
  onChange(state: ConnectionState): void
}

/** One connection for any number of members. The options of the one who has been there longest are those of the connection. */
export interface Source {
  readonly state: ConnectionState
  readonly lastEventId: string
  /** How many are members. */
  readonly members: number
  /** The message that came last. */
  readonly last: Message | undefined
  /** Whether both are to be had in the same way: through the same `fetch`, by the same clock. */
  suits(options: SourceOptions): boolean
  /** Joins, and opens what is idle. What it returns leaves again; the last to leave releases the connection. */
  join(member: Member): () => void
  open(): void
  close(): void
  /** Ends the connection for all members, because of what a message said. */
  fail(cause: SseError): void
}

/** Makes a source of which nobody is a member yet. */
export function createSource(first: Member): Source {
  // Made anew with each change, so that who is being told stays the same list.
  let members: readonly Member[] = []
  /** Who speaks for the connection. */
  let speaker = first
  let last: Message | undefined
  let until: ((message: Message) => UntilResult) | undefined

  const { fetch, clock, page, onComment } = first.options()
  const connection = createConnection(
    () => speaker.url,
    () => speaker.options(),
    {
      onChunk() {
        until = undefined
        for (const member of members) {
          const own = member.onChunk()
          if (member === speaker) until = own
        }
      },
      onMessage(message) {
        const end = until && guard(until, message)
        if (end && end !== 'inclusive') {
          connection.tell({ type: 'over', error: end instanceof SseError ? end : undefined })
          return undefined
        }
        last = message
        let hold: PromiseLike<unknown> | undefined
        for (const member of members) {
          const more = member.onMessage(message)
          if (more) hold = hold ? Promise.all([hold, more]) : more
          // A member that closes the stream is the last to see the message.
          if (members.length > 1 && connection.state.status !== 'open') break
        }
        // Whoever has closed it meanwhile, has.
        if (end && connection.state.status === 'open') connection.tell({ type: 'over', error: undefined })
        return hold
      },
      onComment: onComment && ((comment) => void guard(() => speaker.options().onComment?.(comment))),
      onChange(state) {
        for (const member of members) member.onChange(state)
      },
    },
    page,
  )

  return {
    get state() {
      return connection.state
    },
    get lastEventId() {
      return connection.lastEventId
    },
    get members() {
      return members.length
    },
    get last() {
      return last
    },
    suits: (options) => options.fetch === fetch && options.clock === clock,
    join(member) {
      members = [...members, member]
      ;[speaker = member] = members
      if (connection.state.status === 'idle') connection.tell({ type: 'open' })
      return () => {
        // The last to leave still sees the end.
        if (members.length === 1) connection.tell({ type: 'release' })
        members = members.filter((other) => other !== member)
        ;[speaker = member] = members
      }
    },
    open: () => connection.tell({ type: 'open' }),
    close: () => connection.tell({ type: 'close' }),
    fail: (cause) => connection.tell({ type: 'over', error: cause }),
  }
}
