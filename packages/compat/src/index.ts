export {
  EventSource,
  type EventSourceError,
  type EventSourceEventMap,
  type EventSourceInit,
} from './event-source.ts'
