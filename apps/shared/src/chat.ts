import type { Closing } from '@headwater/core'
import {
  type Answer,
  appendAnswer,
  chatRequest,
  type ToolCallPart,
  type ToolResult,
} from '@headwater/core/llm'
import { atom, computed } from 'nanostores'
import { authHeaders, postWithToken } from './chat-token.ts'
import { priceOf } from './market.ts'
import { monitors } from './stream-monitor.ts'
import { api } from './visitor.ts'

/** A question, or an answer that has ended, with the results of the tools that it called. */
type Turn = { readonly question: string } | AnswerTurn

interface AnswerTurn {
  readonly answer: Answer
  readonly results: readonly ToolResult[]
  readonly end: 'done' | 'stopped' | 'failed'
  /** Reason for a failure. */
  readonly message?: string | undefined
}

export interface Chat {
  readonly turns: readonly Turn[]
  /** Id of the answer that is read, or was read last; `''` if there is none. */
  readonly answer: string
  /** True until the answer is one of the turns. */
  readonly isRunning: boolean
}

/** The conversation of this tab. A reload restores it, and attaches to the answer that was running. */
export const chat = atom<Chat>(restore())

function restore(): Chat {
  const { turns = [], answer = '' } = JSON.parse(sessionStorage.getItem('chat') ?? '{}') as Partial<Chat>
  return { turns, answer, isRunning: answer !== '' }
}

chat.listen(({ turns, answer, isRunning }) =>
  sessionStorage.setItem('chat', JSON.stringify({ turns, answer: isRunning ? answer : '' })),
)

/** Tools that the page runs for the model. */
const tools = [
  {
    name: 'price',
    description: 'Returns the last price of a symbol of the market on this page.',
    input_schema: { type: 'object', properties: { symbol: { type: 'string' } }, required: ['symbol'] },
  },
]

interface ModelRequest {
  readonly messages: readonly object[]
}

/** Returns the request for the next answer, in the format of Anthropic's Messages API. */
function requestOf(turns: readonly Turn[]): ModelRequest {
  return turns.reduce<ModelRequest>(
    (request, turn) =>
      'question' in turn
        ? { ...request, messages: [...request.messages, { role: 'user', content: turn.question }] }
        : appendAnswer(request, turn.answer, turn.results),
    { model: 'canned-1', max_tokens: 1024, tools, messages: [] } as ModelRequest,
  )
}

/** URL and options of the stream of the answer. */
export const answerStream = computed(chat, ({ turns, answer }) => ({
  url: answer ? api(`chat?answer=${answer}`) : null,
  options: {
    ...chatRequest(requestOf(turns)),
    // The id decides: a request that is sent again attaches to the answer, so it may be sent often.
    key: answer,
    idempotent: true,
    connectTimeoutMs: 10_000,
    idleTimeoutMs: 20_000,
    headers: authHeaders,
    onMessage: monitors.chat.onMessage,
    onClose: (closing: Closing<Answer>) => void settle(answer, closing),
  },
}))

/** Adds an answer that has ended to the turns. After calls of tools, asks the model to go on with their results. */
async function settle(id: string, { error, data }: Closing<Answer>): Promise<void> {
  const end = error ? 'failed' : data.finish ? 'done' : 'stopped'
  // A call that was cut off is not sent back, so it has no result.
  const calls = data.toolCalls.filter(({ done }) => done)
  const results = await Promise.all(calls.map((call) => runTool(call, end === 'done')))
  const { turns, answer, isRunning } = chat.get()
  // The chat may have been cleared meanwhile.
  if (answer !== id || !isRunning) return
  const next = [...turns, { answer: data, results, end, message: error?.message } satisfies AnswerTurn]
  if (end === 'done' && data.finish?.reason === 'tool-calls') start(next, idAfter(id))
  else chat.set({ turns: next, answer, isRunning: false })
}

async function runTool(call: ToolCallPart, isComplete: boolean): Promise<ToolResult> {
  const { symbol } = Object(call.json) as { symbol?: string }
  const price = isComplete && symbol !== undefined ? await priceOf(symbol) : undefined
  return price === undefined ? { call, result: 'unknown', failed: true } : { call, result: price }
}

function start(turns: readonly Turn[], answer = newId()): void {
  monitors.chat.reset()
  serverReport.set(null)
  chat.set({ turns, answer, isRunning: true })
}

// Not randomUUID: it needs HTTPS, unless the page is on this machine.
const newId = () => `${crypto.getRandomValues(new Uint32Array(4)).join('-')}.1`

/** Returns the id of the next step. It follows from that of the last one, so that a second tab attaches to the same answer. */
function idAfter(id: string): string {
  const [name, step] = id.split('.')
  return `${name}.${Number(step) + 1}`
}

/** Sends a question, unless an answer is running. */
export function sendQuestion(question: string): void {
  const { turns, isRunning } = chat.get()
  if (!isRunning) start([...turns, { question }])
}

/** Asks again: for the answer that was cut off, or for a new answer to the last question. */
export function askAgain(): void {
  const { turns } = chat.get()
  const last = turns.at(-1)
  if (!last) return
  const isCutOff = 'answer' in last && last.end !== 'done'
  start(turns.slice(0, isCutOff ? -1 : turns.findLastIndex((turn) => 'question' in turn) + 1))
}

/** Stops the model, and so the answer for all its readers. Closes the stream if the server does not end it. */
export async function stopAnswer(close: () => void): Promise<void> {
  const { answer } = chat.get()
  const closeIfRunning = () => {
    const current = chat.get()
    if (current.answer === answer && current.isRunning) close()
  }
  const response = await postWithToken(`chat/stop?answer=${answer}`).catch(() => undefined)
  if (!response?.ok) return closeIfRunning()
  setTimeout(closeIfRunning, 1_000)
  await loadServerReport(answer)
}

/** Forgets the conversation, and stops the answer that is running. */
export function clearChat(): void {
  if (chat.get().isRunning) void stopAnswer(() => {})
  monitors.chat.reset()
  serverReport.set(null)
  chat.set({ turns: [], answer: '', isRunning: false })
}

interface ServerReport {
  readonly answer: string
  readonly sent: number
  readonly of: number
  readonly end: 'answered' | 'stopped'
}

/** The server's report on the answer that was stopped, `null` until it is loaded. */
export const serverReport = atom<ServerReport | null>(null)

/** Loads the server's report on an answer. Polls until the model has stopped. */
async function loadServerReport(answer: string): Promise<void> {
  for (let tries = 0; tries < 20 && chat.get().answer === answer; tries++) {
    const response = await fetch(api('stats?stream=chat')).catch(() => undefined)
    const stats = (await response?.json()) as { readonly lastChat: ServerReport | null } | undefined
    if (stats?.lastChat?.answer === answer) return serverReport.set(stats.lastChat)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
