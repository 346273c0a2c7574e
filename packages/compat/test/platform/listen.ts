// A check uses the global `EventSource` and returns a log with a line for each event. It runs in Node, in a page and in workers.

export type Scope = 'node' | 'window' | 'dedicated' | 'shared'

export interface Origins {
  readonly home: string
  readonly otherOrigin: string
}

export interface Check {
  readonly title: string
  readonly scopes: readonly Scope[]
  readonly expected: readonly string[]
  run(origins: Origins): Promise<string[]> | string[]
}

export interface ListenOptions {
  readonly init?: EventSourceInit
  readonly types?: readonly string[]
  /** Number of error events after which to close. A permanent failure closes earlier. Default 1. */
  readonly errors?: number
  /** Number of messages after which to close. Default: no limit. */
  readonly messages?: number
  /** Returns the log entry of a message. Default: its data. */
  readonly show?: (event: MessageEvent, source: EventSource) => unknown
  /** Called at each event, after its log entry. */
  readonly onEvent?: (event: Event, source: EventSource, log: string[]) => void
}

/** Logs the events of a source until one of the limits is reached, closes the source and returns the log. */
export function listen(url: string, options: ListenOptions = {}): Promise<string[]> {
  const {
    init,
    types = ['message'],
    errors = 1,
    messages = Infinity,
    show = ({ data }) => data,
    onEvent,
  } = options
  return new Promise((resolve) => {
    const log: string[] = []
    const source = new EventSource(url, init)
    let errorCount = 0
    let messageCount = 0
    const end = () => {
      source.close()
      resolve(log)
    }
    source.onopen = (event) => {
      log.push(`open ${source.readyState}`)
      onEvent?.(event, source, log)
    }
    source.onerror = (event) => {
      log.push(`error ${source.readyState}`)
      onEvent?.(event, source, log)
      if (++errorCount === errors || source.readyState === source.CLOSED) end()
    }
    for (const type of types)
      source.addEventListener(type, (event) => {
        log.push(`${event.type} ${String(show(event, source))}`)
        onEvent?.(event, source, log)
        if (++messageCount === messages) end()
      })
  })
}

export const nodePageWorker: Scope[] = ['node', 'window', 'dedicated']
export const nodePage: Scope[] = ['node', 'window']
export const query = (parts: Record<string, string>) => new URLSearchParams(parts).toString()
let keyCount = 0
/** Returns a new key, for counting the requests of one check on the server. */
export const createKey = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}${keyCount++}`

/** Creates a check that expects the messages of a stream with this text. */
export const delivers = (
  title: string,
  text: string,
  expected: readonly string[],
  options?: ListenOptions,
  parts: Record<string, string> = {},
): Check => ({
  title,
  scopes: nodePageWorker,
  expected: [
    'open 1',
    ...expected.map((line) => (/^(message|test|open|error) /.test(line) ? line : `message ${line}`)),
    'error 0',
  ],
  run: ({ home }) => listen(`${home}/stream?${query({ text, ...parts })}`, options),
})

/** Creates a check that expects a permanent failure with a plain error event. */
export const fails = (title: string, scopes: readonly Scope[], path: string): Check => ({
  title,
  scopes,
  expected: ['error 2 plain'],
  run: async ({ home }) => {
    const log = await listen(path.startsWith('/') ? home + path : path, {
      onEvent: (event, _, log) => {
        const plain = !('data' in event) && !event.bubbles && !event.cancelable
        log.push(`${log.pop()!} ${plain ? 'plain' : 'not plain'}`)
      },
    })
    return log
  },
})

/** Creates a check that expects `create` to throw an error with the name `expected`. */
export const throws = (
  title: string,
  scopes: readonly Scope[],
  expected: string,
  create: () => unknown,
): Check => ({
  title,
  scopes,
  expected: [expected],
  run() {
    try {
      create()
      return ['no error']
    } catch (error) {
      return [(error as Error).name]
    }
  },
})

/** Creates a check that expects a value. */
export const equals = (
  title: string,
  scopes: readonly Scope[],
  expected: string,
  evaluate: (origins: Origins) => unknown,
): Check => ({
  title,
  scopes,
  expected: [expected],
  run: (origins) => [String(evaluate(origins))],
})

/** Reads a value from a new source and closes the source. */
export function inspect(url: string, read: (source: EventSource) => unknown): unknown {
  const source = new EventSource(url)
  const value = read(source)
  source.close()
  return value
}
