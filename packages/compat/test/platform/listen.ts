// A check runs wherever there is a class `EventSource`, and gives a log: a line for each event, and what is asked of the
// source besides.

export type Scope = 'node' | 'window' | 'dedicated' | 'shared'

export interface Origins {
  readonly home: string
  readonly stranger: string
}

export interface Check {
  readonly title: string
  readonly scopes: readonly Scope[]
  readonly expected: readonly string[]
  run(origins: Origins): Promise<string[]> | string[]
}

export interface Listening {
  readonly init?: EventSourceInit
  readonly types?: readonly string[]
  /** How many losses there are to wait for; what is over for good ends it earlier. */
  readonly losses?: number
  /** How many messages end it. */
  readonly messages?: number
  /** A line for a message. Default: its data. */
  readonly show?: (event: MessageEvent, source: EventSource) => unknown
  /** Looks at the source at each event. */
  readonly on?: (event: Event, source: EventSource, log: string[]) => void
}

/** Listens until it is over, and closes. */
export function listen(url: string, listening: Listening = {}): Promise<string[]> {
  const {
    init,
    types = ['message'],
    losses = 1,
    messages = Infinity,
    show = ({ data }) => data,
    on,
  } = listening
  return new Promise((resolve) => {
    const log: string[] = []
    const source = new EventSource(url, init)
    let lost = 0
    let come = 0
    const end = () => {
      source.close()
      resolve(log)
    }
    source.onopen = (event) => {
      log.push(`open ${source.readyState}`)
      on?.(event, source, log)
    }
    source.onerror = (event) => {
      log.push(`error ${source.readyState}`)
      on?.(event, source, log)
      if (++lost === losses || source.readyState === source.CLOSED) end()
    }
    for (const type of types)
      source.addEventListener(type, (event) => {
        log.push(`${event.type} ${String(show(event, source))}`)
        on?.(event, source, log)
        if (++come === messages) end()
      })
  })
}

export const any: Scope[] = ['node', 'window', 'dedicated']
export const wide: Scope[] = ['node', 'window']
export const query = (parts: Record<string, string>) => new URLSearchParams(parts).toString()
let keys = 0
export const key = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}${keys++}`

/** What a stream of this text brings. */
export const says = (
  title: string,
  text: string,
  expected: readonly string[],
  listening?: Listening,
  parts: Record<string, string> = {},
): Check => ({
  title,
  scopes: any,
  expected: [
    'open 1',
    ...expected.map((line) => (/^(message|test|open|error) /.test(line) ? line : `message ${line}`)),
    'error 0',
  ],
  run: ({ home }) => listen(`${home}/say?${query({ text, ...parts })}`, listening),
})

export const fails = (title: string, scopes: readonly Scope[], path: string): Check => ({
  title,
  scopes,
  expected: ['error 2 plain'],
  run: async ({ home }) => {
    const log = await listen(path.startsWith('/') ? home + path : path, {
      on: (event, _, log) => {
        const plain = !('data' in event) && !event.bubbles && !event.cancelable
        log.push(`${log.pop()!} ${plain ? 'plain' : 'not plain'}`)
      },
    })
    return log
  },
})

export const throwing = (
  title: string,
  scopes: readonly Scope[],
  expected: string,
  make: () => unknown,
): Check => ({
  title,
  scopes,
  expected: [expected],
  run() {
    try {
      make()
      return ['made']
    } catch (error) {
      return [(error as Error).name]
    }
  },
})

export const stays = (
  title: string,
  scopes: readonly Scope[],
  expected: string,
  look: (origins: Origins) => unknown,
): Check => ({
  title,
  scopes,
  expected: [expected],
  run: (origins) => [String(look(origins))],
})

/** Makes one, asks it something and closes it. */
export function ask(url: string, question: (source: EventSource) => unknown): unknown {
  const source = new EventSource(url)
  const answer = question(source)
  source.close()
  return answer
}
