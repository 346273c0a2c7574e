export { hasPage, subscribeAfterRender } from './after-render.ts'
export { type Clock, systemClock } from './clock.ts'
export { SseError, type SseErrorCode, type SseErrorDetails } from './errors.ts'
export {
  type BoundStreamOptions,
  type EventStream,
  type EventStreamOptions,
  type NoEvents,
  type Snapshot,
  SNAPSHOT_KEYS,
} from './contract.ts'
export {
  type AnyMessage,
  type Decoder,
  json,
  type MessageOf,
  type Schemas,
  type StandardSchema,
} from './decode.ts'
export { bindEventStream } from './bind-event-stream.ts'
export { createEventStream } from './event-stream.ts'
export { count, type Fold, type Folded, history, keyed, latest, type Reducer, text } from './fold.ts'
export { detach, type Message } from './message.ts'
export { narrow } from './narrow.ts'
export type { Notify } from './notice.ts'
export type {
  AttemptContext,
  ConnectionOptions,
  LastWord,
  PerAttempt,
  SourceOptions,
  Step,
  StreamUrl,
} from './options.ts'
export { type IdStore, type Page, sessionStore } from './page.ts'
export {
  exponential,
  type PolicyOptions,
  type RetryContext,
  type RetryOptions,
  type RetryRule,
} from './retry.ts'
export { createScope, identify, type Identity, type Scope } from './share.ts'
export type { RedirectRule } from './transport.ts'
export type { ConnectionState, Continuity, Effect, Hindrance, Input, Machine } from './state.ts'
