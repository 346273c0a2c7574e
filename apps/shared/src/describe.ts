import type { Snapshot } from '@headwater/core'
import { askAgain, chat, stopAnswer } from './chat.ts'
import { detailOf } from './detail.ts'
import type { Texts } from './english.ts'

/** Texts that describe a connection, and the action of its button. */
export interface Description {
  /** Short name of the status. */
  readonly status: string
  /** A sentence about the status, with the error if there is one. */
  readonly detail: string
  /** Label of the button. */
  readonly label: string
  /** True if the button does nothing in this state. */
  readonly disabled: boolean
  /** Runs the action of the button. */
  act(): void
}

/** Describes a connection. The button closes and opens it; for an answer of the chat it stops the model, or asks again. */
export function describe(stream: Snapshot<unknown>, texts: Texts, isAnswer = false): Description {
  const isActive = stream.status !== 'closed' && stream.status !== 'idle'
  const description = { status: texts.status[stream.status], detail: detailOf(stream, texts) }
  if (isAnswer) {
    if (isActive)
      return {
        ...description,
        label: texts.chat.stop,
        disabled: false,
        act: () => void stopAnswer(stream.close),
      }
    return { ...description, label: texts.chat.again, disabled: chat.get().turns.length === 0, act: askAgain }
  }
  if (stream.status === 'open' || stream.status === 'connecting')
    return { ...description, label: texts.close, disabled: false, act: stream.close }
  const label = stream.status === 'waiting' ? texts.retry : texts.open
  return { ...description, label, disabled: stream.status === 'paused', act: stream.open }
}
