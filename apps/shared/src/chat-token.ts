import { atom } from 'nanostores'
import { api } from './visitor.ts'

/** The current token of the chat, and the number of tokens so far. */
export const token = atom({ value: '', expiresAt: 0, count: 0 })

const tokenMs = 3_000

/** Returns the headers of a chat request. Fetches a token if there is none or the server rejected the current one. */
export async function authHeaders({
  error,
}: {
  readonly error: { readonly status?: number | undefined } | undefined
}): Promise<Record<string, string>> {
  if (!token.get().value || error?.status === 401) {
    const response = await fetch(api(`token?forMs=${tokenMs}`), { method: 'POST' })
    const { token: value, expiresInMs } = (await response.json()) as { token: string; expiresInMs: number }
    token.set({ value, expiresAt: Date.now() + expiresInMs, count: token.get().count + 1 })
  }
  return { authorization: `Bearer ${token.get().value}` }
}

/** Sends a request with the token, and once more with a new one if the server rejects it. */
export async function postWithToken(path: string): Promise<Response> {
  const send = async (error?: Response) =>
    fetch(api(path), { method: 'POST', headers: await authHeaders({ error }) })
  const response = await send()
  return response.status === 401 ? send(response) : response
}
