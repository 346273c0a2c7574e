import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'

export interface ServerMessage {
  event: string
  id: string
  data: string
}

/** A stream request over its own socket, and everything received on it. */
export interface Listener {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly messages: ServerMessage[]
  readonly comments: string[]
  /** Ids of blocks without data: the position of the reader. */
  readonly positions: string[]
  /** Text received after the last complete message. */
  rest: string
  /** True if the response ended properly, false if it was cut off, `undefined` while it is open. */
  complete: boolean | undefined
  /** Resolves when the condition is true. Checks it after each chunk. Rejects if the response ends first. */
  until(condition: () => boolean): Promise<void>
  /** Resolves when the response has ended. */
  ended(): Promise<void>
  close(): void
}

export interface ListenOptions {
  method?: string
  headers?: Record<string, string>
  body?: unknown
}

/** Opens a stream. Resolves when the response headers have arrived. */
export async function listen(url: string, { method = 'GET', headers = {}, body }: ListenOptions = {}) {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const type = text === undefined ? {} : { 'content-type': 'application/json' }
  const req = request(url, { method, agent: false, headers: { ...type, ...headers } })
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    req.on('response', resolve)
    req.on('error', reject)
    req.end(text)
  })
  const waiting = new Set<() => void>()
  const checkAll = () => {
    for (const check of waiting) check()
  }
  const listener: Listener = {
    status: res.statusCode ?? 0,
    headers: res.headers,
    messages: [],
    comments: [],
    positions: [],
    rest: '',
    complete: undefined,
    until(condition) {
      return new Promise((resolve, reject) => {
        const check = () => {
          const isMet = condition()
          if (!isMet && listener.complete === undefined) return
          waiting.delete(check)
          if (isMet) resolve()
          else reject(new Error(`the stream ended after ${listener.messages.length} messages`))
        }
        waiting.add(check)
        check()
      })
    },
    ended: () => listener.until(() => listener.complete !== undefined),
    close: () => req.destroy(),
  }
  res.setEncoding('utf8')
  res.on('data', (chunk: string) => {
    const blocks = (listener.rest + chunk).split('\n\n')
    listener.rest = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block.startsWith(':')) listener.comments.push(block)
      else {
        const message = parseMessage(block)
        if (message.data) listener.messages.push(message)
        else listener.positions.push(message.id)
      }
    }
    checkAll()
  })
  res.on('error', () => {})
  res.on('close', () => {
    listener.complete = res.complete
    checkAll()
  })
  return listener
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const json = { 'content-type': 'application/json', ...headers }
  const response = await fetch(url, { method: 'POST', body: text, headers: json })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

export async function statsOf(url: string, query = ''): Promise<Record<string, unknown>> {
  return (await (await fetch(`${url}/api/stats${query}`)).json()) as Record<string, unknown>
}

/** Returns the numbers in the ids: `n` of `<epoch>-<n>`. */
export function idsOf({ messages }: Listener): number[] {
  return messages.map(({ id }) => Number(id.slice(id.indexOf('-') + 1)))
}

/** Returns the id of the last message. */
export function lastIdOf({ messages }: Listener): string {
  return messages.at(-1)?.id ?? ''
}

/** Opens a stream again, after its last message. */
export function resume(url: string, last: Listener): Promise<Listener> {
  return listen(url, { headers: { 'Last-Event-ID': lastIdOf(last) } })
}

/** Returns the ids that are not exactly one higher than the id before them. */
export function gapsIn(ids: number[]): number[] {
  return ids.filter((id, index) => index > 0 && id !== (ids[index - 1] ?? 0) + 1)
}

function parseMessage(block: string): ServerMessage {
  const message: ServerMessage = { event: 'message', id: '', data: '' }
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const field = line.slice(0, colon)
    if (field === 'retry') continue
    if (field !== 'event' && field !== 'id' && field !== 'data') throw new Error(`unexpected line ${line}`)
    message[field] = line.slice(colon + 2)
  }
  return message
}
