import type { AttemptContext } from '@headwater/core'
import { atom } from 'nanostores'
import { monitors } from './stream-monitor.ts'
import { api } from './visitor.ts'

/** The current token of the chat, and the number of tokens so far. */
export const token = atom({ value: '', expiresAt: 0, count: 0 })

/** The server's report on the last answer, `null` until it is loaded. */
export const serverReport = atom<{
  sent: number
  of: number
  end: 'answered' | 'stopped by the client' | 'cut by the server'
} | null>(null)

const tokenMs = 3_000

/** Returns the headers of a chat request. Fetches a token if there is none or the server rejected the current one. */
export async function authHeaders({ error }: Pick<AttemptContext, 'error'>): Promise<Record<string, string>> {
  if (!token.get().value || error?.status === 401) {
    const response = await fetch(api(`token?forMs=${tokenMs}`), { method: 'POST' })
    const { token: value, expiresInMs } = (await response.json()) as { token: string; expiresInMs: number }
    token.set({ value, expiresAt: Date.now() + expiresInMs, count: token.get().count + 1 })
  }
  return { authorization: `Bearer ${token.get().value}`, 'content-type': 'application/json' }
}

/** The last question. Number 0 means that there is none yet. */
export const question = atom({ text: '', number: 0 })

/** Sends a question and resets the statistics of the chat. */
export function sendQuestion(text: string): void {
  monitors.chat.reset()
  serverReport.set(null)
  question.set({ text, number: question.get().number + 1 })
}

/** Returns the body of a chat request, in the OpenAI chat-completions format. */
export function chatBody(question: string): string {
  return JSON.stringify({ model: 'canned-1', stream: true, messages: [{ role: 'user', content: question }] })
}

interface Chunk {
  readonly choices: readonly [{ readonly delta: { readonly content?: string } }]
}

/** Returns the text of a message of the answer. */
export function deltaOf({ data }: { readonly data: string }): string {
  return (JSON.parse(data) as Chunk).choices[0].delta.content ?? ''
}

export const isDone = ({ data }: { readonly data: string }) => data === '[DONE]'

/** Loads the server's report on the last answer. Polls until the server has closed the stream. */
export async function loadServerReport(): Promise<void> {
  serverReport.set(null)
  for (let tries = 0; tries < 20 && !serverReport.get(); tries++) {
    const response = await fetch(api('stats?stream=chat')).catch(() => undefined)
    const stats = (await response?.json()) as
      | { open: number; lastChat: ReturnType<typeof serverReport.get> }
      | undefined
    if (stats?.open === 0) serverReport.set(stats.lastChat)
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
