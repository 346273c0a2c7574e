import { bindEventStream } from './bind-event-stream.ts'
import type { EventStream, EventStreamOptions, NoEvents } from './contract.ts'
import type { MessageOf } from './decode.ts'
import type { Folded } from './folds/fold.ts'
import { checkOptions, type StreamUrl } from '../options.ts'
import type { Scope } from './registry.ts'

/**
 * Makes an event stream.
 *
 * @param url The address, or a function that is asked for it before each attempt.
 * @param options Values, or a function that is asked for them whenever they matter.
 * @param scope Where it finds others that ask for the same stream, to share their connection. Default: it is alone.
 * @throws {SseError} `invalid-option` at once for what cannot work, naming the option.
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 *
 * for await (const message of createEventStream('https://example.com/news')) {
 *   console.log(message.id, message.data)
 *   if (message.type === 'goodbye') break
 * }
 * ```
 */
export function createEventStream<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: StreamUrl,
  options: EventStreamOptions<Data, Events> | (() => EventStreamOptions<Data, Events>) = {},
  scope?: Scope,
): EventStream<Folded<Data, Events>, MessageOf<Events>> {
  const current = typeof options === 'function' ? options : () => options
  checkOptions(url, current())
  return bindEventStream(() => url, current, scope)
}
