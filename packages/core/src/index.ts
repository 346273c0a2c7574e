export type { Continuity, Gap } from './connection/continuity.ts'
export type {
  Relay,
  RelayedConnection,
  RelayTransport,
  Role,
  RoleReason,
  RoleState,
  TabSharing,
} from './connection/relay.ts'
export {
  exponential,
  type PolicyOptions,
  type RetryContext,
  type RetryOptions,
  type RetryRule,
} from './connection/retry-policy.ts'
export type {
  Batch,
  ConnectionEvent,
  ConnectionSnapshot,
  ConnectionState,
  Effect,
} from './connection/state.ts'
export type { RedirectRule } from './connection/transport.ts'
export { SseError, type SseErrorCode, type SseErrorDetails } from './errors.ts'
export type {
  AttemptContext,
  ConnectionOptions,
  PerAttempt,
  SharedConnectionOptions,
  Step,
  StreamUrl,
  UntilResult,
} from './options.ts'
export { type Clock, systemClock } from './platform/clock.ts'
export { isBrowser, type Page, type PauseReason } from './platform/page.ts'
export { type LastEventIdStore, sessionStore } from './platform/session-store.ts'
export { copyMessage, type Message } from './protocol/message.ts'
export { bindEventStream, type StreamOwner } from './stream/bind-event-stream.ts'
export {
  type BoundStreamOptions,
  type Closing,
  type DataOptions,
  type EventStream,
  type EventStreamOptions,
  type NoEvents,
  type Snapshot,
  SNAPSHOT_KEYS,
  type StreamOptions,
} from './stream/contract.ts'
export {
  type AnyMessage,
  type Decoder,
  json,
  type MessageOf,
  type Schemas,
  type StandardSchema,
} from './stream/decode.ts'
export { createEventStream } from './stream/event-stream.ts'
export { count } from './stream/folds/count.ts'
export type { Fold, Folded, Reducer } from './stream/folds/fold.ts'
export { history } from './stream/folds/history.ts'
export { keyed } from './stream/folds/keyed.ts'
export { latest } from './stream/folds/latest.ts'
export { text } from './stream/folds/text.ts'
export type { Notify } from './stream/notify-scheduler.ts'
export { streamKey, type StreamIdentity } from './stream/registry.ts'
export { createScope, type Scope, type StreamDefaults } from './stream/scope.ts'
export { select } from './stream/select.ts'
export { createSwitchLimiter, type LimitedHook, type SwitchLimiter } from './stream/switch-limiter.ts'
export { subscribeAfterRender } from './stream/subscribe-after-render.ts'
