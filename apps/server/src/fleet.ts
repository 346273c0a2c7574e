import type { StreamKind, Stats } from './visitors.ts'
import type { Weather } from './weather.ts'

/** Calls that each process of the demo answers for its own streams. Arguments and results travel as JSON. */
export interface Duties {
  /** Applies weather to the streams of a visitor. Returns the number of dropped streams. */
  weather(visitor: string, weather: Weather): number
  stats(visitor: string, kind: StreamKind | null): Stats
  /** Returns when the newest stream of a visitor was opened, in milliseconds since 1970, or `null` if none is open. */
  openedAt(visitor: string, kind: StreamKind): number | null
}

type DutyName = keyof Duties
export type DutyCall<Name extends DutyName = DutyName> = {
  [Each in Name]: { readonly name: Each; readonly args: Parameters<Duties[Each]> }
}[Name]

/** Answer of one process. */
export interface Answer<Result = unknown> {
  /** Number of the process, from 1. A process that replaces another has its number. */
  readonly process: number
  readonly pid: number
  readonly result: Result
}

/** The processes that serve the demo together. */
export interface Fleet {
  /** Number of processes, including those that are being started again. */
  readonly size: number
  /** Calls a duty in each process, this one included. */
  ask<Name extends DutyName>(
    name: Name,
    ...args: Parameters<Duties[Name]>
  ): Promise<Answer<ReturnType<Duties[Name]>>[]>
  /** Tells the publisher that the ticker or the market is read. */
  want(feed: 'ticker' | 'market'): void
  /** Kills a process with SIGKILL. Another one replaces it. `undefined` if nothing would. */
  kill: ((process: number) => void) | undefined
}

/** Performs a call of another process. */
export function perform(duties: Duties, { name, args }: DutyCall): unknown {
  const duty = duties[name] as (...args: unknown[]) => unknown
  return duty(...args)
}

/** Creates the fleet of a server that is alone. */
export function alone(duties: Duties, want: Fleet['want']): Fleet {
  return {
    size: 1,
    ask: async (name, ...args) => [
      {
        process: 1,
        pid: process.pid,
        result: perform(duties, { name, args } as DutyCall) as never,
      },
    ],
    want,
    kill: undefined,
  }
}
