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
