import type { Log } from '../log.ts'

/** Options with which the suite opens a log. */
export interface ConformanceLogOptions {
  /** Number of messages that the log keeps. Without it: more than 1,000. */
  readonly maxMessages?: number | undefined
}

/** Options of {@link logConformance}. */
export interface LogConformanceOptions {
  /** Registers a test: `test` of Vitest, `node:test` or `bun:test`, or `Deno.test`. */
  readonly test: (title: string, run: () => Promise<void>) => unknown
  /**
   * Creates a place for messages that is empty, such as a file or a key. Returns a function that opens a log there. Called for each test. The
   * suite closes the logs.
   */
  readonly createStorage: () => OpenLog | Promise<OpenLog>
  /**
   * True if the function that `createStorage` returns can be called again, and each of its logs sees the messages of the others: the tests for
   * restarts and for several processes run. Default false, as for a log in memory.
   */
  readonly isShared?: boolean | undefined
  /** Number of messages that the log may keep beyond `maxMessages`. Default 0. */
  readonly trimSlack?: number | undefined
}

/** Opens a log. */
export type OpenLog = (options: ConformanceLogOptions) => Log | Promise<Log>

/** Registers the tests of one group. */
export interface Harness {
  readonly trimSlack: number
  /** Registers a test. `open` opens logs in one storage, `openOther` in a second one. They are closed after the test. */
  it(title: string, run: (open: OpenLog, openOther: OpenLog) => Promise<void>): void
}

export const createHarness = (options: LogConformanceOptions): Harness => ({
  trimSlack: options.trimSlack ?? 0,
  it(title, run) {
    options.test(`log: ${title}`, async () => {
      const logs: Log[] = []
      const opener = (): OpenLog => {
        let storage: OpenLog | undefined
        return async (settings) => {
          storage ??= await options.createStorage()
          const log = await storage(settings)
          logs.push(log)
          return log
        }
      }
      try {
        await run(opener(), opener())
      } finally {
        await Promise.all(logs.map((log) => log.close()))
      }
    })
  },
})
