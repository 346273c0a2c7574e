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
export { provideStreamScope } from './stream-scope.ts'
export { type BoundEventStream, useEventStream } from './use-event-stream.ts'
export { useSSE, type UseSSEOptions, type UseSSEUrl } from './use-sse.ts'
