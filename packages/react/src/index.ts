export { useEventSource, type UseEventSourceOptions } from './use-event-source.ts'
export { useEventStream } from './use-event-stream.ts'
