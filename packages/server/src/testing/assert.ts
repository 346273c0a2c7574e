import { isAfter } from '../resume.ts'
import type { Log, LogEntry, NewMessage, PublishErrorCode } from '../log.ts'

/** Longest time for which a test waits for a wake-up, in milliseconds. */
const WAIT_MS = 10_000

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

/** Follows a log like a channel: reads from a position whenever the log wakes it. */
export interface Follower {
  readonly entries: LogEntry[]
  /** Resolves once so many entries were read. */
  count(length: number): Promise<void>
  stop(): void
}

export const follow = (log: Log, after: string): Follower => {
  const entries: LogEntry[] = []
  let notify = (): void => undefined
  let failure: Error | undefined
  let reading = Promise.resolve()
  const read = async () => {
    entries.push(...(await readAll(log, entries.at(-1)?.id ?? after)))
    notify()
  }
  const stop = log.tail(() => {
    reading = reading.then(read).catch((error: unknown) => {
      failure = error as Error
      notify()
    })
  })
  return {
    entries,
    stop,
    count: (length) =>
      new Promise((resolve, reject) => {
        const fail = () =>
          reject(new Error(`${length} entries expected, ${entries.length} came in ${WAIT_MS} ms`))
        const timer = setTimeout(fail, WAIT_MS)
        notify = () => {
          if (!failure && entries.length < length) return
          clearTimeout(timer)
          if (failure) reject(failure)
          else resolve()
        }
        notify()
      }),
  }
}
