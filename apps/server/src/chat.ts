import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from '@headwater/server/answers'
import type { Log } from './log.ts'
import { eventsFor, priceTool, type Question } from './model-events.ts'
import { HttpError } from './reply.ts'
import { labelOf, type Visitor } from './visitors.ts'

export interface ModelOptions {
  /** Id of the answer. */
  readonly answer: string
  readonly visitor: Visitor
  /** Time between two events of the answer, in milliseconds. */
  readonly tokenMs: number
  readonly log: Log
}

/** Creates the producer of the scripted answer. It goes on without readers, until it is stopped. */
export function createModel(question: Question, { answer, visitor, tokenMs, log }: ModelOptions): Producer {
  return async (publish, signal) => {
    const events = eventsFor(question)
    const startedAt = performance.now()
    let sent = 0
    log(`chat ${labelOf(visitor)} started answer ${answer}`)
    try {
      for (const event of events) {
        // Due times count from the start, so a late timer delays nothing but its own event.
        await sleep(Math.max(0, startedAt + sent * tokenMs - performance.now()), undefined, { signal })
        void publish(event.type, event)
        sent++
      }
    } finally {
      const end = sent === events.length ? 'answered' : 'stopped'
      visitor.lastChat = { answer, at: Date.now(), sent, of: events.length, end }
      if (end === 'stopped') visitor.chatsStopped++
      log(`chat ${labelOf(visitor)} ${end}: ${sent} of ${events.length} messages of answer ${answer}`)
    }
  }
}

const rejected = (message: string) => new HttpError(400, 'bad_request', message)

/** Returns the id of an answer in the query. */
export function answerIn(query: URLSearchParams): string {
  const answer = query.get('answer') ?? ''
  if (/^[\w.-]{1,100}$/.test(answer)) return answer
  throw rejected(
    '"answer" must be an id that the client chooses: 1 to 100 letters, digits, and ".", "-" or "_".',
  )
}

/** Checks the body of a request to Anthropic's Messages API, and returns its last question. */
export function parseQuestion({ model, messages, stream, tools }: Record<string, unknown>): Question {
  if (typeof model !== 'string' || model === '' || model.length > 100)
    throw rejected('"model" must be a name of at most 100 characters, e.g. "canned-1".')
  if (stream !== true) throw rejected('This model only streams: set "stream" to true.')
  if (!Array.isArray(messages) || messages.length === 0)
    throw rejected('"messages" must be a list with at least one message.')
  const ofUser = messages.filter(isRecord).filter(({ role }) => role === 'user')
  const contents = ofUser.map(({ content }) => content)
  const text = contents.map(textOf).findLast((each) => each !== undefined)
  if (text === undefined)
    throw rejected('"messages" must contain a message of role "user" with text content.')
  const hasTool = Array.isArray(tools) && tools.some((tool) => isRecord(tool) && tool['name'] === priceTool)
  return { model, text, toolResult: toolResultOf(contents.at(-1)), hasTool }
}

/** Returns the text of a message's content, which is a string or a list of blocks; `undefined` if it has no text. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  const texts = blocksOf(content).flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
  return texts.length > 0 ? texts.join(' ') : undefined
}

function toolResultOf(content: unknown): string | undefined {
  const result = blocksOf(content).find(({ type }) => type === 'tool_result')
  return result && (textOf(result['content']) ?? '')
}

function blocksOf(content: unknown): Record<string, unknown>[] {
  return Array.isArray(content) ? content.filter(isRecord) : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
