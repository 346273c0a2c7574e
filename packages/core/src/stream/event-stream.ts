import { checkUrl } from '../connection/url.ts'
import type { StreamUrl } from '../options.ts'
import { bindEventStream } from './bind-event-stream.ts'
import type { EventStream, EventStreamOptions, NoEvents } from './contract.ts'
import type { MessageOf } from './decode.ts'
import type { Folded } from './folds/fold.ts'
import type { Scope } from './scope.ts'

/**
 * Creates an event stream.
 *
 * @param url URL, or a function that returns it before each attempt.
 * @param options Options, or a function that returns them whenever they are used.
 * @param scope Scope in which streams with the same identity share a connection. Default: the stream has its own connection.
 * @throws {SseError} `invalid-option`, immediately, with the name of the option.
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
  // A binding may lack a URL for now.
  if (!url) checkUrl(url, undefined)
  return bindEventStream(() => url, typeof options === 'function' ? options : () => options, { scope })
}
