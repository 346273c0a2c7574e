import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
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
export function answerChat(
  req: IncomingMessage,
  res: ServerResponse,
  body: Record<string, unknown>,
  visitor: Visitor,
  { tokenMs, resumable, expiresAt, streams, log }: ChatOptions,
): void {
  const question = parseQuestion(body)
  const messages = messagesFor(question)
  const lastEventId = resumable ? lastEventIdOf(req) : ''
  const isKnown = /^\d{1,5}$/.test(lastEventId) && Number(lastEventId) < messages.length
  const first = isKnown ? Math.min(Number(lastEventId) + 1, messages.length - 1) : 0
  const blocks = (from: number, to: number) =>
    messages
      .slice(from, to)
      .map((message, index) => `data: ${message}\n${resumable ? `id: ${from + index}\n` : ''}\n`)
  if (res.destroyed) return
  const stream = streams.create('chat', visitor, res)
  let next = first
  let ready = true

  // Due times count from the start of the answer, so tokens that were held back during a silence are all sent after it.
  const startedAt = performance.now()
  const timer = setInterval(generate, tokenMs)
  const expiry = Number.isFinite(expiresAt)
    ? setTimeout(() => stream.stop('its token has expired'), expiresAt - Date.now())
    : undefined
  stream.on('drain', () => {
    ready = true
    generate()
  })
  stream.on('close', () => {
    clearInterval(timer)
    clearTimeout(expiry)
    const { clientLeft } = stream
    const isAnswered = next >= messages.length
    const end = isAnswered ? 'answered' : clientLeft ? 'stopped by the client' : 'cut by the server'
    visitor.lastChat = { at: Date.now(), sent: next, of: messages.length, end }
    if (isAnswered) return
    if (clientLeft) visitor.chatsStopped++
    log(`chat ${labelOf(visitor)} stopped generating at ${next} of ${messages.length} messages`)
  })
  visitor.lastChat = null
  stream.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    ...(isKnown && { 'SSE-Resume': 'complete' }),
  })
  if (resumable) stream.write(Buffer.from(`retry: ${retryMs}\n\n`))
  generate()

  function generate() {
    if (!ready) return
    const due = first + Math.floor((performance.now() - startedAt) / tokenMs) + 1
    const to = Math.min(messages.length, due)
    if (to > next) {
      const from = next
      next = to
      ready = stream.write(Buffer.from(blocks(from, to).join('')))
    }
    if (next < messages.length || !ready) return
    clearInterval(timer)
    stream.stop('answered')
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
