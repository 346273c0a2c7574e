import { isAfter } from '../resume.ts'
import type { Log, LogEntry, NewMessage, PublishErrorCode } from '../log.ts'

/** Longest time for which a test waits for a wake-up, in milliseconds. */
const WAIT_MS = 10_000
/** Time after which a read that was rejected is tried again, in milliseconds. */
const RETRY_MS = 50

/** Throws if two values differ, compared by their content. */
export const equal = (actual: unknown, expected: unknown, subject: string): void => {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value) ?? 'undefined')
  if (found !== wanted) throw new Error(`${subject}: expected ${short(wanted!)}, got ${short(found!)}`)
}

const short = (text: string) =>
  text.length > 1_000 ? `${text.slice(0, 1_000)}… (${text.length} characters)` : text

/** Throws if a condition is false. */
export const ok = (condition: boolean, subject: string): void => {
  if (!condition) throw new Error(subject)
}

/** Throws if a promise does not reject with a `PublishError` of this code. Looks at the name, because a bundle may hold the class twice. */
export const rejects = async (
  promise: Promise<unknown>,
  code: PublishErrorCode,
  subject: string,
): Promise<void> => {
  const error = await promise.then(
    () => undefined,
    (reason: { name?: string; code?: string }) => reason,
  )
  equal([error?.name, error?.code], ['PublishError', code], subject)
}

export const message = (data: string, event = ''): NewMessage => ({ event, data })

/** Reads everything after a position, page by page. */
export const readAll = async (log: Log, after: string, limit = 100): Promise<LogEntry[]> => {
  const all: LogEntry[] = []
  for (let position = after; ;) {
    const { entries } = await log.read(position, limit)
    if (entries.length === 0) return all
    ok(entries.length <= limit, `read(${position}, ${limit}) returns ${entries.length} entries`)
    // Otherwise this would go on for ever.
    ok(isAfter(entries[0]!.id, position), `read(${position}, ${limit}) returns ${entries[0]!.id}`)
    all.push(...entries)
    position = entries.at(-1)!.id
  }
}

export const dataOf = (entries: readonly LogEntry[]): string[] => entries.map(({ data }) => data)

/** Follows a log like a channel: reads from a position whenever the log wakes it, and again where a read was rejected. */
export interface Follower {
  readonly entries: LogEntry[]
  /** Resolves once so many entries were read. */
  count(length: number): Promise<void>
  stop(): void
}

export const follow = (log: Log, after: string): Follower => {
  const entries: LogEntry[] = []
  let notify = (): void => undefined
  /** Reason of the last read, if it was rejected. */
  let failure: unknown
  let isStopped = false
  let reading = Promise.resolve()
  const read = async () => {
    if (isStopped) return
    try {
      entries.push(...(await readAll(log, entries.at(-1)?.id ?? after)))
      failure = undefined
      notify()
    } catch (error) {
      failure = error
      setTimeout(wake, RETRY_MS)
    }
  }
  const wake = () => void (reading = reading.then(read))
  const stopTail = log.tail(wake)
  return {
    entries,
    stop: () => {
      isStopped = true
      stopTail()
    },
    count: (length) =>
      new Promise((resolve, reject) => {
        const fail = () => {
          const text = `${length} entries expected, ${entries.length} came in ${WAIT_MS} ms`
          reject(new Error(failure ? `${text}. The last read failed: ${failure}` : text))
        }
        const timer = setTimeout(fail, WAIT_MS)
        notify = () => {
          if (entries.length < length) return
          clearTimeout(timer)
          resolve()
        }
        notify()
      }),
  }
}
