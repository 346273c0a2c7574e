import type { Fetch } from '../connection/transport.ts'
import { createParser, type Parser } from '../protocol/parser.ts'

/** Parts of a message that name a position in an answer. */
interface Event {
  readonly response?: { readonly id?: string } | null
  readonly sequence_number?: number
  readonly interaction?: { readonly id?: string } | null
  readonly interaction_id?: string
  readonly event_id?: string
}

/** Format of a server that keeps its answers. */
export type ResumableFormat = 'openai-responses' | 'gemini-interactions'

/** Describes how an API names an answer and a position in it, and how it is asked for what comes after a position. */
interface ResumableApi {
  /** Parameter of the query for the position. */
  readonly parameter: string
  readonly answerId: (event: Event) => string | undefined
  readonly position: (event: Event) => string | number | undefined
}

const APIS: Readonly<Record<ResumableFormat, ResumableApi>> = {
  'openai-responses': {
    parameter: 'starting_after',
    answerId: ({ response }) => response?.id,
    position: (event) => event.sequence_number,
  },
  'gemini-interactions': {
    parameter: 'last_event_id',
    answerId: (event) => event.interaction?.id ?? event.interaction_id,
    position: (event) => event.event_id,
  },
}

/**
 * Creates a `fetch` for a model whose server keeps its answers: OpenAI's Responses API with `background: true`, and Gemini's
 * interactions with `background: true`. A lost connection goes on after the last message that was received, and the model is not paid
 * for twice. Create it once, outside of a component.
 *
 * The first request is sent as it is. The messages of its response get an `id:` of the server's own names. With such an id, a request becomes
 * `GET <url>/<answer>` and asks for what comes after it. A request that broke off before the first message is not sent again.
 *
 * After a reload, give the id of the answer as `initialLastEventId`: the answer is then read from its beginning. Servers that read
 * `Last-Event-ID`, such as `answers` of `@headwater/server`, need nothing of this.
 *
 * @param api Format of the server.
 * @param send Function that sends the requests. Default: the global `fetch`.
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { chatRequest, openai, resumeFrom } from '@headwater/core/llm'
 *
 * const resumable = resumeFrom('openai-responses')
 * const answer = createEventStream('https://example.com/v1/responses', {
 *   ...chatRequest({ model: 'a-model', input: 'Why is the sky blue?', background: true }),
 *   fetch: resumable,
 *   fold: openai(),
 * })
 * ```
 */
export function resumeFrom(
  api: ResumableFormat,
  send: Fetch = (url, init) => globalThis.fetch(url, init),
): Fetch {
  const names = APIS[api]
  return async (url, init) => {
    const headers = new Headers(init?.headers)
    const [answerId = '', position] = headers.get('last-event-id')?.split(SEPARATOR) ?? []
    // The API does not know it, and a preflight would have to allow it.
    headers.delete('last-event-id')
    if (!answerId) return withIds(await send(url, { ...init, headers }), names)
    headers.delete('content-type')
    const target = new URL(url as string)
    target.pathname += `/${encodeURIComponent(answerId)}`
    target.searchParams.set('stream', 'true')
    if (position) target.searchParams.set(names.parameter, position)
    const { body: _, ...rest } = init ?? {}
    return withIds(await send(target.href, { ...rest, method: 'GET', headers }), names, answerId)
  }
}

/** Separates the answer from the position in an id. No id of an answer has a space. */
const SEPARATOR = ' '

/** Returns the response with an id for each message. `resumedId` is the answer that the server continues. */
function withIds(response: Response, names: ResumableApi, resumedId?: string): Response {
  const { status, headers: given, body } = response
  if (status !== 200 || !body) return response
  const headers = new Headers(given)
  if (resumedId) headers.set('sse-resume', 'complete')
  let answerId = resumedId
  const encoder = new TextEncoder()
  let parser: Parser
  const addIds = new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      const write = (block: string) => controller.enqueue(encoder.encode(block))
      parser = createParser({
        defaultType: '',
        onComment: (comment) => write(`:${comment}\n`),
        onRetry: (retryMs) => write(`retry: ${retryMs}\n`),
        onMessage({ type, data }) {
          const event = parse(data)
          answerId = names.answerId(event) ?? answerId
          const position = names.position(event)
          const id = answerId && position !== undefined ? `id: ${answerId}${SEPARATOR}${position}\n` : ''
          write(`${id}${type && `event: ${type}\n`}data: ${data.replaceAll('\n', '\ndata: ')}\n\n`)
        },
      })
    },
    transform: (chunk) => parser.feed(chunk),
  })
  return new Response(body.pipeThrough(addIds), { headers })
}

function parse(data: string): Event {
  try {
    return Object(JSON.parse(data)) as Event
  } catch {
    // Such as [DONE].
    return {}
  }
}
