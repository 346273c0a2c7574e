'use client'

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
export { StreamScope } from './stream-scope.ts'
export { useEventSource, type UseEventSourceOptions } from './use-event-source.ts'
export { useEventStream } from './use-event-stream.ts'
