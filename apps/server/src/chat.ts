import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBuffer } from 'better-sse'
import { lastEventIdOf } from './last-event-id.ts'
import type { Log } from './log.ts'
import { tokensFor } from './model.ts'
import { Refusal } from './reply.ts'
import type { Streams } from './streams.ts'
import { nameOf, type Visitor } from './visitors.ts'

export interface ChatPlan {
  tokenMs: number
  /** Whether each message has an id, so that an answer that broke off can be taken up. */
  resumable: boolean
  /** When the server ends an answer for its token's sake. */
  expiresAt: number
  streams: Streams
  log: Log
}

/** How soon a client may come back for the rest of an answer. */
const resumeMs = 300

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

/** Streams the canned answer to a chat-completions request; stops generating when the client goes away. */
export async function answerChat(
  req: IncomingMessage,
  res: ServerResponse,
  body: Record<string, unknown>,
  visitor: Visitor,
  { tokenMs, resumable, expiresAt, streams, log }: ChatPlan,
): Promise<void> {
  const question = questionIn(body)
  const messages = messagesFor(question)
  const lastEventId = resumable ? lastEventIdOf(req) : ''
  const first = /^\d{1,5}$/.test(lastEventId) ? Math.min(Number(lastEventId) + 1, messages.length - 1) : 0
  const write = (from: number, to: number) => {
    const batch = createEventBuffer({ serializer: String })
    if (resumable && from === first) batch.retry(resumeMs)
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
    preview: (next) => write(next, next + 1).read(),
  })
  if (!session) return
  const { state: stream } = session
  visitor.lastChat = null

  // Messages are due one each tokenMs from the start, so that what a silence held back comes at once after it.
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
        : stream.left
          ? 'stopped by the client'
          : 'cut by the server'
    visitor.lastChat = { sent: stream.next, of: messages.length, end }
    if (end === 'answered') return
    if (stream.left) visitor.chatsStopped++
    log(`chat ${nameOf(visitor)} stopped generating at ${stream.next} of ${messages.length} messages`)
  })
  generate()

  function generate() {
    const due = first + Math.floor((performance.now() - startedAt) / tokenMs) + 1
    const from = stream.next
    const to = Math.min(messages.length, due, from + stream.room())
    if (to <= from) return
    stream.next = to
    stream.send(write(from, to), to - from)
    if (to < messages.length) return
    clearInterval(timer)
    stream.end('answered')
  }
}

/** The data of each message of the answer, from the role to `[DONE]`. */
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

function questionIn({ model, messages, stream }: Record<string, unknown>): Question {
  if (typeof model !== 'string' || model === '' || model.length > 100) {
    throw new Refusal(400, 'bad_request', '"model" must be a name, e.g. "canned-1".')
  }
  if (stream !== true) {
    throw new Refusal(400, 'bad_request', 'This model only streams: set "stream" to true.')
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new Refusal(400, 'bad_request', '"messages" must be a list with at least one message.')
  }
  const asked = messages.findLast((message: unknown) => isRecord(message) && message['role'] === 'user')
  const text = isRecord(asked) ? textOf(asked['content']) : undefined
  if (text === undefined) {
    throw new Refusal(400, 'bad_request', '"messages" must hold a message of role "user" with text content.')
  }
  return { model, text }
}

/** Content is a text, or a list of parts of which some are text. */
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
