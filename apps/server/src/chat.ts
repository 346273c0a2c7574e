import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBuffer } from 'better-sse'
import { lastEventIdOf } from './last-event-id.ts'
import type { Log } from './log.ts'
import { tokensFor } from './model.ts'
import { HttpError } from './reply.ts'
import type { Streams } from './streams.ts'
import { labelOf, type Visitor } from './visitors.ts'

export interface ChatOptions {
  /** Time between two tokens of the answer, in milliseconds. */
  tokenMs: number
  /** True if each message gets an id, so that the client can resume an interrupted answer. */
  resumable: boolean
  /** Time at which the client's token expires and the server ends the answer, in milliseconds since 1970. */
  expiresAt: number
  streams: Streams
  log: Log
}

/** Reconnection time that a resumable answer sends in its `retry` field, in milliseconds. */
const retryMs = 300

export interface ChatChunk {
  id: string
  object: 'chat.completion.chunk'
  created: number
  model: string
  choices: [
    {
      index: 0
      delta: { role?: 'assistant'; content?: string }
      logprobs: null
      finish_reason: 'stop' | null
    },
  ]
}

interface Question {
  model: string
  text: string
}

/** Streams the canned answer to a chat-completions request. Stops generating when the client disconnects. */
export async function answerChat(
  req: IncomingMessage,
  res: ServerResponse,
  body: Record<string, unknown>,
  visitor: Visitor,
  { tokenMs, resumable, expiresAt, streams, log }: ChatOptions,
): Promise<void> {
  const question = parseQuestion(body)
  const messages = messagesFor(question)
  const lastEventId = resumable ? lastEventIdOf(req) : ''
  const first = /^\d{1,5}$/.test(lastEventId) ? Math.min(Number(lastEventId) + 1, messages.length - 1) : 0
  const batchOf = (from: number, to: number) => {
    const batch = createEventBuffer({ serializer: String })
    if (resumable && from === first) batch.retry(retryMs)
    for (const [index, message] of messages.slice(from, to).entries()) {
      if (resumable) batch.id(String(from + index))
      batch.data(message).dispatch()
    }
    return batch
  }
  const session = await streams.open(req, res, {
    kind: 'chat',
    visitor,
    next: first,
    preview: (next) => batchOf(next, next + 1).read(),
  })
  if (!session) return
  const { state: stream } = session
  visitor.lastChat = null

  // Due times count from the start of the answer, so tokens that were held back during a silence are all sent after it.
  const startedAt = performance.now()
  const timer = setInterval(generate, tokenMs)
  const expiry = Number.isFinite(expiresAt)
    ? setTimeout(() => stream.end('its token has expired'), expiresAt - Date.now())
    : undefined
  session.once('disconnected', () => {
    clearInterval(timer)
    clearTimeout(expiry)
    const end =
      stream.next >= messages.length
        ? 'answered'
        : stream.clientLeft
          ? 'stopped by the client'
          : 'cut by the server'
    visitor.lastChat = { sent: stream.next, of: messages.length, end }
    if (end === 'answered') return
    if (stream.clientLeft) visitor.chatsStopped++
    log(`chat ${labelOf(visitor)} stopped generating at ${stream.next} of ${messages.length} messages`)
  })
  generate()

  function generate() {
    const due = first + Math.floor((performance.now() - startedAt) / tokenMs) + 1
    const from = stream.next
    const to = Math.min(messages.length, due, from + stream.capacity())
    if (to <= from) return
    stream.next = to
    stream.send(batchOf(from, to), to - from)
    if (to < messages.length) return
    clearInterval(timer)
    stream.end('answered')
  }
}

/** Returns the data of each message of the answer, from the role to `[DONE]`. */
function messagesFor({ model, text }: Question): string[] {
  const id = `chatcmpl-${randomUUID()}`
  const created = Math.floor(Date.now() / 1000)
  const chunk = (delta: ChatChunk['choices'][0]['delta'], finish_reason: 'stop' | null = null) => {
    const choices: ChatChunk['choices'] = [{ index: 0, delta, logprobs: null, finish_reason }]
    return JSON.stringify({
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      choices,
    } satisfies ChatChunk)
  }
  const tokens = tokensFor(text).map((content) => chunk({ content }))
  return [chunk({ role: 'assistant', content: '' }), ...tokens, chunk({}, 'stop'), '[DONE]']
}

function parseQuestion({ model, messages, stream }: Record<string, unknown>): Question {
  if (typeof model !== 'string' || model === '' || model.length > 100) {
    throw new HttpError(
      400,
      'bad_request',
      '"model" must be a name of at most 100 characters, e.g. "canned-1".',
    )
  }
  if (stream !== true) {
    throw new HttpError(400, 'bad_request', 'This model only streams: set "stream" to true.')
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new HttpError(400, 'bad_request', '"messages" must be a list with at least one message.')
  }
  const last = messages.findLast((message: unknown) => isRecord(message) && message['role'] === 'user')
  const text = isRecord(last) ? textOf(last['content']) : undefined
  if (text === undefined) {
    throw new HttpError(
      400,
      'bad_request',
      '"messages" must contain a message of role "user" with text content.',
    )
  }
  return { model, text }
}

/** Returns the text of a message's content, which is a string or a list of parts. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join(' ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
