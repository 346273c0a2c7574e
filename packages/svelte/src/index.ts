export {
  type AttemptContext,
  type ConnectionState,
  createEventStream,
  type EventStream,
  type EventStreamOptions,
  exponential,
  type Fold,
  history,
  latest,
  type Message,
  type RetryContext,
  type RetryOptions,
  type RetryRule,
  type Snapshot,
  SseError,
  type SseErrorCode,
  type StreamUrl,
} from '@headwater/core'
export { eventSource } from './event-source.ts'
export type { EventSourceOptions, EventSourceUrl } from './follow.ts'
export { provideStreamScope } from './stream-scope.ts'
export { toStore } from './to-store.ts'
