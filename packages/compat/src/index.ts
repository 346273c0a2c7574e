export {
  EventSource,
  type EventSourceError,
  type EventSourceEventMap,
  type EventSourceInit,
  type FetchLike,
  type FetchLikeInit,
  type FetchLikeResponse,
  type ReaderLike,
} from './event-source.ts'
export {
  EventSourcePolyfill,
  type EventSourcePolyfillEvent,
  type EventSourcePolyfillInit,
} from './event-source-polyfill.ts'
export {
  type EventSourceMessage,
  EventStreamContentType,
  fetchEventSource,
  type FetchEventSourceInit,
} from './fetch-event-source.ts'
