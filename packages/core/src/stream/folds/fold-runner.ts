import type { AnyMessage } from '../decode.ts'
import { guard, refuse, report } from '../../errors.ts'
import type { Fold, Reducer } from './fold.ts'
import { latest } from './latest.ts'
import type { Message } from '../../protocol/message.ts'
import type { UntilResult } from '../../options.ts'

/** What options say of it. */
export interface FoldingOptions<Data> {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly fold?: Fold<Data, any, any> | Reducer<Data, any>
  readonly initialData?: Data
}

/** What the messages have become so far. */
export interface Folding<Data> {
  /** Whether one who comes late wants the message that came last before: nothing has come yet, and the fold asks for it. */
  readonly wantsLast: boolean
  /** Takes the fold that the newest options ask for. */
  renew(newest: FoldingOptions<Data>): void
  /** Whether a message is the last word of the format that the fold reads; `undefined` where it knows of none. */
  readonly until: ((message: Message) => UntilResult) | undefined
  add(message: AnyMessage): void
  /** What is shown: the same while nothing was added. */
  show(): Data
}

/**
 * Folds messages.
 *
 * @throws SseError `invalid-option` for what is no fold.
 */
export function createFolding<Data>(first: FoldingOptions<Data>): Folding<Data> {
  let asked = first.fold
  let fold = foldOf(first)
  let state = fold.initial(first.initialData)
  let shown = fold.view(state)
  let stale = false
  let begun = false

  return {
    get wantsLast() {
      return !begun && fold.replayLast === true
    },
    renew(newest) {
      if (newest.fold === asked) return
      const { stateKey } = fold
      fold = foldOf(newest)
      asked = newest.fold
      if (fold.stateKey !== stateKey) state = fold.initial(newest.initialData)
    },
    get until() {
      const { until } = fold
      return until && ((message: Message) => until.call(fold, message))
    },
    add(message) {
      begun = stale = true
      // Without a closure: this is what a message costs.
      try {
        state = fold.add(state, message)
      } catch (error) {
        report(error)
      }
    },
    show() {
      if (stale) guard(() => (shown = fold.view(state)))
      stale = false
      return shown
    },
  }
}

function foldOf<Data>(options: FoldingOptions<Data>): Fold<Data> {
  const { fold = latest() as Fold<Data> } = options
  if (typeof fold === 'function') {
    if (!('initialData' in options)) refuse('fold', 'is a function, and needs initialData to begin with')
    const view = (data: unknown) => data as Data
    return { initial: view, add: (data, message) => fold(data as Data, message), view }
  }
  if (!fold?.add) refuse('fold', 'must be a fold, such as history(50), or a function (data, message) => data')
  return fold
}
