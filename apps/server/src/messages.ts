import type { Answer, DutyCall } from './fleet.ts'
import type { SharedStorage } from './storage.ts'

/** Settings of a worker, as JSON in the environment variable `DEMO_WORKER`. */
export interface WorkerSettings {
  /** Number of the process, from 1. */
  readonly process: number
  readonly processes: number
  readonly port: number
  readonly host: string
  readonly pages: Readonly<Record<string, string>>
  readonly storage: SharedStorage
  readonly tokenSecret: string
  /** Process that ends together with the demo: Redis. */
  readonly companion: number | null
}

/** Messages from a worker to the primary process. */
export type FromWorker =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'failed'; readonly code: string | null; readonly message: string }
  | { readonly type: 'want'; readonly feed: 'ticker' | 'market' }
  | { readonly type: 'ask'; readonly id: number; readonly call: DutyCall }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'kill'; readonly process: number }

/** Messages from the primary process to a worker. */
export type ToWorker =
  | { readonly type: 'run'; readonly id: number; readonly call: DutyCall }
  | { readonly type: 'answers'; readonly id: number; readonly answers: readonly Answer[] }
  | { readonly type: 'stop' }
