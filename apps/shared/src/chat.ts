import type { AttemptContext } from '@headwater/core'
import { atom } from 'nanostores'
import { api } from './visitor.ts'
import { watches } from './watch.ts'

/** The token that questions are asked with, and how many there were. */
export const token = atom({ value: '', expiresAt: 0, count: 0 })

/** What the server saw of the last answer; nothing before it is asked. */
export const serverSaw = atom<{
  sent: number
  of: number
  end: 'answered' | 'stopped by the client' | 'cut by the server'
} | null>(null)

const tokenMs = 3_000

/** Asks for a token where there is none, or where the server has refused the one there is. */
export async function bearer({ error }: Pick<AttemptContext, 'error'>): Promise<Record<string, string>> {
  if (!token.get().value || error?.status === 401) {
    const answer = await fetch(api(`token?forMs=${tokenMs}`), { method: 'POST' })
    const { token: value, expiresInMs } = (await answer.json()) as { token: string; expiresInMs: number }
    token.set({ value, expiresAt: Date.now() + expiresInMs, count: token.get().count + 1 })
  }
  return { authorization: `Bearer ${token.get().value}`, 'content-type': 'application/json' }
}

/** The question that was asked last; number 0 is none. */
export const question = atom({ text: '', number: 0 })

/** Asks: new books are begun on the answer. */
export function ask(text: string): void {
  watches.chat.clear()
  serverSaw.set(null)
  question.set({ text, number: question.get().number + 1 })
}

/** A question, as the OpenAI chat-completions format has it. */
export function bodyOf(question: string): string {
  return JSON.stringify({ model: 'canned-1', stream: true, messages: [{ role: 'user', content: question }] })
}

interface Chunk {
  readonly choices: readonly [{ readonly delta: { readonly content?: string } }]
}

/** The word that a message brings. */
export function wordIn({ data }: { readonly data: string }): string {
  return (JSON.parse(data) as Chunk).choices[0].delta.content ?? ''
}

export const isDone = ({ data }: { readonly data: string }) => data === '[DONE]'

/** Asks the server what became of the last answer, until it knows. */
export async function askServer(): Promise<void> {
  serverSaw.set(null)
  for (let tries = 0; tries < 20 && !serverSaw.get(); tries++) {
    const answer = await fetch(api('stats?stream=chat')).catch(() => undefined)
    const stats = (await answer?.json()) as
      | { open: number; lastChat: ReturnType<typeof serverSaw.get> }
      | undefined
    if (stats?.open === 0) serverSaw.set(stats.lastChat)
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
