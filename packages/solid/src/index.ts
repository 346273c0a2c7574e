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
export {
  createEventSource,
  type CreateEventSourceOptions,
  type EventSourceUrl,
} from './create-event-source.ts'
export { fromEventStream } from './from-event-stream.ts'
export { StreamScope } from './stream-scope.ts'
