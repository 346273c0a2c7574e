import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'

export interface ServerMessage {
  event: string
  id: string
  data: string
}

/** A stream request over a socket of its own, and everything that came of it. */
export interface Listener {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly messages: ServerMessage[]
  readonly comments: string[]
  /** What came after the last whole message. */
  rest: string
  /** Whether the response ended as HTTP wants it; set when it is over. */
  whole: boolean | undefined
  /** Resolves when the condition holds, which is looked at whenever something came. */
  until(condition: () => boolean): Promise<void>
  over(): Promise<void>
  close(): void
}

export interface ListenOptions {
  method?: string
  headers?: Record<string, string>
  body?: unknown
}

/** Opens a stream; resolves when the head of the response is there. */
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
  const tellAll = () => {
    for (const look of waiting) look()
  }
  const listener: Listener = {
    status: res.statusCode ?? 0,
    headers: res.headers,
    messages: [],
    comments: [],
    rest: '',
    whole: undefined,
    until(condition) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const holds = condition()
          if (!holds && listener.whole === undefined) return
          waiting.delete(look)
          if (holds) resolve()
          else reject(new Error(`the stream ended after ${listener.messages.length} messages`))
        }
        waiting.add(look)
        look()
      })
    },
    over: () => listener.until(() => listener.whole !== undefined),
    close: () => req.destroy(),
  }
  res.setEncoding('utf8')
  res.on('data', (chunk: string) => {
    const blocks = (listener.rest + chunk).split('\n\n')
    listener.rest = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block.startsWith(':')) listener.comments.push(block)
      else listener.messages.push(messageIn(block))
    }
    tellAll()
  })
  res.on('error', () => {})
  res.on('close', () => {
    listener.whole = res.complete
    tellAll()
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

export function idsOf({ messages }: Listener): number[] {
  return messages.map(({ id }) => Number(id))
}

/** The ids that do not follow their predecessor by one. */
export function breaksIn(ids: number[]): number[] {
  return ids.filter((id, index) => index > 0 && id !== (ids[index - 1] ?? 0) + 1)
}

function messageIn(block: string): ServerMessage {
  const message: ServerMessage = { event: 'message', id: '', data: '' }
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const field = line.slice(0, colon)
    if (field === 'retry') continue
    if (field !== 'event' && field !== 'id' && field !== 'data') throw new Error(`odd line ${line}`)
    message[field] = line.slice(colon + 1)
  }
  return message
}
