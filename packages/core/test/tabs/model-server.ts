import type { Owner, Scheduler } from './scheduler.ts'

interface ServerConnection {
  readonly owner: Owner
  /** Number of the next message to send. */
  next: number
  /** Time of the last chunk that is on its way. */
  busyUntil: number
  isOpen: boolean
  push(chunk: Uint8Array): void
  end(error?: Error): void
}

/** Message of the server: its number counts all messages of all epochs. */
interface LogEntry {
  readonly id: string
  readonly number: number
}

const encoder = new TextEncoder()

/** Server with a log of epochs, which it trims. It follows the specification of resume, and tells each gap. */
export class ModelServer {
  /** Number of messages so far, lost ones included. */
  published = 0
  /** Answers with the header `SSE-Resume`. */
  isVerified = true
  /** Sends ids. */
  hasIds = true
  isDown = false
  /** Answers requests of these tabs with 401. */
  readonly unauthorized = new Set<Owner>()
  /** Number of requests so far. */
  requests = 0
  /** Extra text in each message. */
  padding = ''
  readonly #scheduler: Scheduler
  readonly #connections = new Set<ServerConnection>()
  #log: LogEntry[] = []
  #epoch = 1
  #inEpoch = 0
  /** Position before the first entry of the log. */
  #base = 'e1-0'

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  /** Tabs with an open connection. */
  get tabs(): Owner[] {
    return [...this.#connections].map(({ owner }) => owner)
  }

  /** Number of the last message with an id, by its id; `undefined` if there is none in the log. */
  publish(count = 1): void {
    for (let each = 0; each < count; each++)
      this.#log.push({ id: `e${this.#epoch}-${++this.#inEpoch}`, number: this.published++ })
    for (const connection of this.#connections) this.#flush(connection)
  }

  /** Sends text beside the log: on all connections, or on those of one tab. */
  sendText(text: string, to?: Owner): void {
    for (const connection of this.#connections)
      if (!to || connection.owner === to) this.#send(connection, text)
  }

  /** Forgets all but the last messages. */
  trim(keep: number): void {
    const removed = this.#log.splice(0, Math.max(0, this.#log.length - keep))
    this.#base = removed.at(-1)?.id ?? this.#base
  }

  /** Restarts, and loses the last messages, so that a new epoch begins. */
  restart(lost: number): void {
    this.dropConnections()
    this.#log.splice(Math.max(0, this.#log.length - lost))
    if (lost === 0) return
    this.#log = []
    this.#base = `e${++this.#epoch}-0`
    this.#inEpoch = 0
  }

  /** Breaks or ends connections. */
  dropConnections(filter: (owner: Owner) => boolean = () => true): void {
    for (const connection of this.#connections)
      if (filter(connection.owner)) this.#end(connection, new TypeError('reset'))
  }

  /** Forgets what a crashed tab had. */
  crash(owner: Owner): void {
    for (const connection of this.#connections)
      if (connection.owner === owner) this.#connections.delete(connection)
  }

  /** A `fetch` for all tabs: the option `headers` names the tab. */
  createFetch(tabs: readonly Owner[], onFresh: (tab: Owner, next: number) => void): typeof fetch {
    const respond = (_: unknown, init: RequestInit = {}) =>
      new Promise<unknown>((resolve, reject) => {
        const headers = new Headers(init.headers)
        const owner = tabs[Number(headers.get('x-tab'))]!
        const fail = () => reject(new DOMException('Aborted', 'AbortError'))
        if (init.signal?.aborted) return fail()
        init.signal?.addEventListener('abort', fail)
        this.requests++
        this.#scheduler.schedule(owner, 5 + this.#scheduler.random() * 30, 'fetch', () => {
          if (init.signal?.aborted) return
          if (this.isDown) return reject(new TypeError('refused'))
          if (this.unauthorized.has(owner)) return resolve(new Response('', { status: 401 }))
          const lastEventId = headers.get('last-event-id')
          const connection = this.#connect(owner, init.signal!)
          const opening = this.#open(connection, lastEventId)
          if (lastEventId === null) onFresh(owner, connection.next)
          resolve(opening)
        })
      })
    return respond as typeof fetch
  }

  #connect(owner: Owner, signal: AbortSignal): ServerConnection & { body: unknown } {
    const chunks: Uint8Array[] = []
    let ending: { error: Error | undefined } | undefined
    let wake: (() => void) | undefined
    const read = async () => {
      while (chunks.length === 0) {
        if (ending?.error) throw ending.error
        if (ending) return { done: true }
        await new Promise<void>((resolve) => (wake = resolve))
      }
      return { value: chunks.shift()!, done: false }
    }
    const connection = {
      owner,
      next: 0,
      busyUntil: 0,
      isOpen: true,
      push(chunk: Uint8Array) {
        if (ending) return
        chunks.push(chunk)
        wake?.()
      },
      end(error?: Error) {
        ending ??= { error }
        wake?.()
      },
      body: { getReader: () => ({ read, cancel: async () => undefined }) },
    }
    this.#connections.add(connection)
    signal.addEventListener('abort', () => {
      connection.isOpen = false
      connection.end(new DOMException('Aborted', 'AbortError'))
      this.#connections.delete(connection)
    })
    return connection
  }

  #open(connection: ServerConnection & { body: unknown }, lastEventId: string | null): unknown {
    const index = this.#log.findIndex(({ id }) => id === lastEventId)
    const first = this.#log[0]?.number ?? this.published
    let text = 'retry: 500\n'
    let isComplete = true
    if (lastEventId === null) {
      connection.next = this.published
      text += `id: ${this.#log.at(-1)?.id ?? this.#base}\n\n`
    } else if (index >= 0 || lastEventId === this.#base) {
      connection.next = index >= 0 ? this.#log[index]!.number + 1 : first
      text += `id: ${lastEventId}\n\n`
    } else {
      isComplete = false
      connection.next = first
      const data = JSON.stringify({ from: lastEventId, to: null })
      text += `\nevent: headwater.gap\ndata: ${data}\nid: ${this.#base}\n\n`
    }
    const headers = new Headers({ 'content-type': 'text/event-stream' })
    if (this.isVerified && lastEventId !== null) headers.set('sse-resume', isComplete ? 'complete' : 'gap')
    this.#send(connection, this.hasIds ? text : ': hello\n\n')
    this.#flush(connection)
    return { status: 200, headers, body: connection.body, type: 'basic', url: '' }
  }

  /** Sends what is due. A connection that fell behind the log is told a gap. */
  #flush(connection: ServerConnection): void {
    let text = ''
    for (const { id, number } of this.#log) {
      if (number < connection.next) continue
      if (number > connection.next) text += `event: headwater.gap\ndata: {}\nid: ${this.#base}\n\n`
      text += `${this.hasIds ? `id: ${id}\n` : ''}data: ${number}\ndata: ${this.padding}\n\n`
      connection.next = number + 1
    }
    if (text) this.#send(connection, text)
  }

  /** Sends text in chunks that are cut anywhere. */
  #send(connection: ServerConnection, text: string): void {
    const { random } = this.#scheduler
    let bytes = encoder.encode(text)
    while (bytes.length > 0) {
      const length = random() < 0.7 ? bytes.length : Math.ceil(random() * bytes.length)
      const chunk = bytes.slice(0, length)
      bytes = bytes.slice(length)
      this.#schedule(connection, () => connection.push(chunk))
    }
  }

  #end(connection: ServerConnection, error?: Error): void {
    this.#connections.delete(connection)
    this.#schedule(connection, () => connection.end(error))
  }

  #schedule(connection: ServerConnection, run: () => void): void {
    const { now, random } = this.#scheduler
    connection.busyUntil = Math.max(connection.busyUntil, now + random() * 10)
    this.#scheduler.schedule(connection.owner, connection.busyUntil - now, 'socket', () => {
      if (connection.isOpen) run()
    })
  }
}
