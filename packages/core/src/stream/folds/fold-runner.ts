import { guard, refuse, report } from '../../errors.ts'
import type { UntilResult } from '../../options.ts'
import type { Message } from '../../protocol/message.ts'
import type { AnyMessage, Schemas } from '../decode.ts'
import type { SharedConnection, Subscriber } from '../shared-connection.ts'
import type { Fold, Reducer } from './fold.ts'
import { latest } from './latest.ts'

/** Options that a fold depends on. */
export interface FoldOptions<Data> {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly fold?: Fold<Data, any, any> | Reducer<Data, any>
  readonly initialData?: Data
  readonly events?: Schemas
}

/** Data of a fold, for other subscribers of the connection. */
export interface FoldData<Data = unknown> {
  /** Current data: the same object while nothing was added. */
  readonly data: Data
  /** Type of the last message that was added; `''` before the first one. */
  readonly lastType: string
  /** True once the data was built from a message. */
  readonly hasData: boolean
  /** Returns true if the fold says that the data is complete. */
  isComplete(): boolean
  /** Parts of the options that decide what the data is built from. Equal parts mean equal data. */
  readonly identity: readonly unknown[]
}

/** Fold with its state. */
export interface FoldRunner<Data> extends FoldData<Data> {
  /** True if nothing was added yet and the fold wants the message that came before. */
  readonly wantsLast: boolean
  /** The fold's `until`, if it has one. */
  readonly until: ((message: Message) => UntilResult) | undefined
  /** Uses the fold of these options from now on. Called once before the messages of a chunk. */
  refreshOptions(options: FoldOptions<Data>): void
  /** Adds a message. Returns false if the data does not depend on it. */
  add(message: AnyMessage): boolean
  /** Starts again, if the fold restarts or `always` is true. */
  restart(always?: boolean): void
  /** Starts with the data that another subscriber of the connection has built so far, unless this one goes on with its own. */
  join(connection: SharedConnection): void
}

/**
 * Creates a fold runner.
 *
 * @throws SseError `invalid-option` for a wrong fold.
 */
export function createFoldRunner<Data>(first: FoldOptions<Data>): FoldRunner<Data> {
  let options = first
  let fold = foldOf(options)
  /** Set by each message. A new object for each chunk, because to write a value into an old object costs more. */
  let current: { state: unknown; lastType: string } = { state: undefined, lastType: '' }
  let data: Data
  let isStale: boolean
  let hasData: boolean
  /** True once this runner has added a message itself. */
  let isOwn: boolean

  /** Starts with `initialData`, or with the data that another runner has built. */
  function start(initialData: Data | undefined, type = ''): void {
    current.state = fold.initial(initialData)
    isStale = true
    isOwn = false
    hasData = type !== ''
    current.lastType = type
  }
  start(options.initialData)
  data = fold.view(current.state)
  const setState = (final: unknown) => void ((current.state = final), (isStale = true))

  const runner: FoldRunner<Data> = {
    get data() {
      if (isStale) guard(() => (data = fold.view(current.state)))
      isStale = false
      return data
    },
    get lastType() {
      return current.lastType
    },
    get hasData() {
      return hasData
    },
    get wantsLast() {
      return !hasData && fold.replayLast === true
    },
    get identity() {
      return [fold.stateKey ?? options.fold, !options.fold, `${Object.keys(options.events ?? {}).sort()}`]
    },
    get until() {
      return fold.until && ((message: Message) => checkEnd(fold, message, current.state, setState))
    },
    isComplete: () => guard(() => fold.isComplete?.(current.state)) === true,
    refreshOptions(latestOptions) {
      current = { ...current }
      const { fold: given } = options
      options = latestOptions
      if (options.fold === given) return
      const { stateKey } = fold
      fold = foldOf(options)
      if (fold.stateKey !== stateKey) start(options.initialData)
    },
    add(message) {
      // As `onmessage` of an EventSource, the default fold gets the messages without a name.
      if (!options.fold && !options.events && message.type !== 'message') return false
      isOwn = hasData = isStale = true
      current.lastType = message.type
      // Not guard(): a closure per message costs too much.
      try {
        current.state = fold.add(current.state, message)
      } catch (error) {
        report(error)
      }
      return true
    },
    restart(always) {
      if (always || (hasData && fold.restart === 'reset')) start(options.initialData)
    },
    join({ subscribers, state: { status } }) {
      if (isOwn && fold.restart !== 'reset') return
      const other = findSame(subscribers(), runner.identity)
      if (other) guard(() => start(other.data as Data, other.lastType))
      // The start of the answer was missed.
      else if (status === 'open') runner.restart()
    },
  }
  return runner
}

/** Asks the fold if a message ends the stream. One that is not delivered may still change the state. */
function checkEnd(
  fold: Fold<unknown>,
  message: Message,
  state: unknown,
  setState: (state: unknown) => void,
): UntilResult {
  const end = fold.until!(message, state)
  if (end && end !== 'inclusive' && fold.addFinal) setState(fold.addFinal(state, message))
  return end
}

/** Returns the data of the first subscriber that builds it from the same parts, if there is any. */
function findSame(subscribers: readonly Subscriber[], identity: FoldData['identity']): FoldData | undefined {
  return subscribers
    .map(({ pipeline }) => pipeline.folds)
    .find((folds) => folds.hasData && folds.identity.every((part, index) => part === identity[index]))
}

function foldOf<Data>(options: FoldOptions<Data>): Fold<Data> {
  const { fold = latest() as Fold<Data> } = options
  if (typeof fold === 'function') {
    if (!('initialData' in options)) refuse('fold', 'is a function and needs initialData')
    const view = (data: unknown) => data as Data
    return { initial: view, add: (data, message) => fold(data as Data, message), view }
  }
  if (!fold?.add) refuse('fold', 'must be a fold or a function')
  return fold
}
