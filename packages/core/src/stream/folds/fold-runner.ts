import { guard, refuse, report } from '../../errors.ts'
import type { UntilResult } from '../../options.ts'
import type { Message } from '../../protocol/message.ts'
import type { AnyMessage } from '../decode.ts'
import type { Fold, Reducer } from './fold.ts'
import { latest } from './latest.ts'

/** Options that a fold depends on. */
export interface FoldOptions<Data> {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly fold?: Fold<Data, any, any> | Reducer<Data, any>
  readonly initialData?: Data
}

/** Fold with its state. */
export interface FoldRunner<Data> {
  /** Current data: the same object while nothing was added. */
  readonly data: Data
  /** True if nothing was added yet and the fold wants the message that came before. */
  readonly wantsLast: boolean
  /** Uses the fold of these options from now on. */
  refreshOptions(options: FoldOptions<Data>): void
  /** Returns the result of the fold's `until`; false if it has none. */
  until(message: Message): UntilResult
  add(message: AnyMessage): void
}

/**
 * Creates a fold runner.
 *
 * @throws SseError `invalid-option` for a wrong fold.
 */
export function createFoldRunner<Data>(options: FoldOptions<Data>): FoldRunner<Data> {
  let given = options.fold
  let fold = foldOf(options)
  let state = fold.initial(options.initialData)
  let data = fold.view(state)
  let isStale = false
  let isEmpty = true

  return {
    get data() {
      if (isStale) guard(() => (data = fold.view(state)))
      isStale = false
      return data
    },
    get wantsLast() {
      return isEmpty && fold.replayLast === true
    },
    refreshOptions(latestOptions) {
      if (latestOptions.fold === given) return
      const { stateKey } = fold
      fold = foldOf(latestOptions)
      given = latestOptions.fold
      if (fold.stateKey !== stateKey) state = fold.initial(latestOptions.initialData)
    },
    until: (message) => fold.until?.(message) ?? false,
    add(message) {
      isEmpty = false
      isStale = true
      // Not guard(): a closure per message costs too much.
      try {
        state = fold.add(state, message)
      } catch (error) {
        report(error)
      }
    },
  }
}

function foldOf<Data>(options: FoldOptions<Data>): Fold<Data> {
  const { fold = latest() as Fold<Data> } = options
  if (typeof fold === 'function') {
    if (!('initialData' in options)) refuse('fold', 'is a function and needs initialData to start with')
    const view = (data: unknown) => data as Data
    return { initial: view, add: (data, message) => fold(data as Data, message), view }
  }
  if (!fold?.add) refuse('fold', 'must be a fold, such as history(50), or a function (data, message) => data')
  return fold
}
