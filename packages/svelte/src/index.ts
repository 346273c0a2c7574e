export {
  type AttemptContext,
  type ConnectionState,
  count,
  createEventStream,
  type Decoder,
  type EventStream,
  type EventStreamOptions,
  exponential,
  type Fold,
  history,
  json,
  keyed,
  latest,
  type Message,
  type MessageOf,
  select,
  type Notify,
  type Reducer,
  type RetryContext,
  type RetryOptions,
  type RetryRule,
  type Schemas,
  type Snapshot,
  SseError,
  type SseErrorCode,
  type StandardSchema,
  type StreamUrl,
  text,
} from '@headwater/core'
export { eventSource } from './event-source.ts'
export type { EventSourceOptions, EventSourceUrl } from './memoize-stream.ts'
export { provideStreamScope } from './stream-scope.ts'
export { toStore } from './to-store.ts'
