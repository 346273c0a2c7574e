/** Connection to a browser over the devtools protocol or over WebDriver BiDi, which have messages of the same form. */
export interface Remote {
  send<Result = unknown>(method: string, params?: object, sessionId?: string): Promise<Result>
  /** Waits for the next event of this name in a session. */
  event(method: string, sessionId: string): Promise<unknown>
  close(): void
}

interface Answer {
  readonly id?: number
  /** Of an event, which has no id. */
  readonly method?: string
  readonly sessionId?: string
  readonly result?: unknown
  /** Of the devtools protocol an object, of BiDi a code beside the message. */
  readonly error?: { readonly message: string } | string
  readonly message?: string
}

/** A call that is not answered in this time has failed. */
const TIMEOUT_MS = 10_000

/**
 * Connects to a browser without Playwright, which makes every page visible, turns throttling off, and gives up pages that have
 * crashed.
 */
export async function connect(url: string): Promise<Remote> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, (answer: Answer) => void>()
  const listeners = new Map<string, () => void>()
  let lastId = 0
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(data as string) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
    else listeners.get(`${answer.method} ${answer.sessionId}`)?.()
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`No connection to ${url}`)))
  })
  return {
    send: <Result>(method: string, params: object = {}, sessionId?: string) =>
      new Promise<Result>((resolve, reject) => {
        const id = ++lastId
        const timer = setTimeout(() => settle({ error: `not answered in ${TIMEOUT_MS} ms` }), TIMEOUT_MS)
        function settle({ result, error, message }: Answer): void {
          clearTimeout(timer)
          waiting.delete(id)
          if (error === undefined) resolve(result as Result)
          else
            reject(new Error(`${method}: ${message ?? (typeof error === 'string' ? error : error.message)}`))
        }
        waiting.set(id, settle)
        socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }))
      }),
    event(method, sessionId) {
      const name = `${method} ${sessionId}`
      return new Promise<void>((resolve) => listeners.set(name, resolve)).finally(() =>
        listeners.delete(name),
      )
    },
    close: () => socket.close(),
  }
}
