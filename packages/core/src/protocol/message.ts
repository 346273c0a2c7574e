/**
 * What the server said: one block of the stream, ended by a blank line.
 *
 * @example
 * ```ts
 * import type { Message } from '@headwater/core'
 *
 * const show = (message: Message) => console.log(message.id, message.type, message.data)
 * ```
 */
export interface Message<Type extends string = string, Data = string> {
  /** The value of the `event` field; `'message'` where the block had none. */
  readonly type: Type
  /** The `data` lines, joined by line feeds. */
  readonly data: Data
  /** The last event id when the message ended: its own, or the one that an earlier block set; `''` if none did. */
  readonly id: string
}

/**
 * Copies a message out of the chunk that it came in. A message that is kept otherwise keeps the text of its whole chunk in
 * memory: worth its price for the few that are kept of many.
 *
 * @example
 * ```ts
 * import { createEventStream, copyMessage, type Message } from '@headwater/core'
 *
 * const alarms: Message[] = []
 * createEventStream('https://example.com/log').onMessage((message) => {
 *   if (message.type === 'alarm') alarms.push(copyMessage(message))
 * })
 * ```
 */
export function copyMessage({ type, data, id }: Message): Message {
  return { type: copy(type), data: copy(data), id: copy(id) }
}

// A slice refers to the text that it was cut from. What is joined first is made anew, and cut from that alone.
function copy(text: string): string {
  return (' ' + text).slice(1)
}
