export type { Clock } from './clock.ts'
export { SseError, type SseErrorCode, type SseErrorDetails } from './errors.ts'
export {
  createEventStream,
  type EventStream,
  type EventStreamOptions,
  type Snapshot,
} from './event-stream.ts'
export { type Fold, history, latest } from './fold.ts'
export type { Message } from './message.ts'
export type { AttemptContext, ConnectionOptions, PerAttempt, Step, StreamUrl } from './options.ts'
export { type IdStore, type Page, sessionStore } from './page.ts'
export {
  exponential,
  type PolicyOptions,
  type RetryContext,
  type RetryOptions,
  type RetryRule,
} from './retry.ts'
export type { RedirectRule } from './transport.ts'
export type { ConnectionState, Continuity, Effect, Hindrance, Input, Machine } from './state.ts'
