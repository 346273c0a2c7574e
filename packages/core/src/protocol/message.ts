/**
 * Message of a stream: one block of lines, ended by a blank line.
 *
 * @example
 * ```ts
 * import type { Message } from '@headwater/core'
 *
 * const log = (message: Message) => console.log(message.id, message.type, message.data)
 * ```
 */
export interface Message<Type extends string = string, Data = string> {
  /** Value of the `event` field; `'message'` if the block had none. */
  readonly type: Type
  /** Values of the `data` fields, joined by line feeds. */
  readonly data: Data
  /** Last event id at the end of the message: its own or one of an earlier block; `''` if there was none. */
  readonly id: string
}

/**
 * Copies a message. The strings of a message are slices of its chunk's text and keep that text in memory. Copy the few
 * messages of many that you keep for long.
 *
 * @example
 * ```ts
 * import { copyMessage, createEventStream, type Message } from '@headwater/core'
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

// A slice refers to its source text. Concatenation creates a new text, so a slice of that refers to the copy only.
function copy(text: string): string {
  return (' ' + text).slice(1)
}
