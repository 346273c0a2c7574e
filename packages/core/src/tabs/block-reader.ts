import { createParser } from '../protocol/parser.ts'
import type { StreamRequest } from './obstacle.ts'
import type { Entry } from './protocol.ts'

/** Reader of the blocks of a response. */
export interface BlockReader {
  /** True if the last chunk ended inside a block. */
  readonly midMessage: boolean
  /** False once there was a message without an id of its own: its place among the others cannot be named. */
  readonly hasIds: boolean
  /** Returns what a chunk has completed, as text that parses to the same: messages, comments, `retry` fields and ids. */
  read(chunk: Uint8Array): readonly Entry[]
}

/** Creates a reader for the response to a request. */
export function createBlockReader({ lastEventId, maxMessageLength }: StreamRequest): BlockReader {
  let entries: Entry[] = []
  let lastId: string | undefined
  let hasIds = true
  const parser = createParser({
    lastEventId,
    maxMessageLength,
    onMessage({ type, data, id }) {
      // The server may tell the end without an id.
      if ((id === lastId || !id) && !type.startsWith('headwater.')) hasIds = false
      lastId = id
      entries.push([id, `event: ${type}\ndata: ${data.replaceAll('\n', '\ndata: ')}\nid: ${id}\n\n`])
    },
    onComment: (comment) => entries.push(['', `: ${comment}\n`]),
    onRetry: (ms) => entries.push(['', `retry: ${ms}\n`]),
  })
  return {
    get midMessage() {
      return parser.midMessage
    },
    get hasIds() {
      return hasIds
    },
    read(chunk) {
      entries = []
      parser.feed(chunk)
      const id = parser.lastEventId
      if (id !== (lastId ?? lastEventId)) entries.push([(lastId = id), `id: ${id}\n\n`])
      // The arrival of a chunk is a sign of life. A blank line tells it and nothing else.
      return entries.length > 0 ? entries : [['', '\n']]
    },
  }
}
