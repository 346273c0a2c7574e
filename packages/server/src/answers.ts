import type { EndReason } from './answer-store.ts'
import { registryKey, StoredAnswers } from './answers/answers.ts'
import { ANSWERS_OPTIONS } from './answers/options.ts'
import type {
  AnswerArguments,
  AnswerReader,
  AnswerResponseOptions,
  AnswersOptions,
} from './answers/options.ts'
import type { AnyAnswersOptions } from './answers/options.ts'
import type { Producer } from './answers/run.ts'
import { ServerError } from './errors.ts'
import type { NodeRequest, NodeResponse } from './handle.ts'
import { checkOptions } from './options.ts'
import { registry } from './registry.ts'

export { endMessage, END } from './answer-store.ts'
export type { AnswerClaim, AnswerPage, AnswerStore, EndReason, WriteResult } from './answer-store.ts'
export { memoryAnswers } from './answers/memory-answers.ts'
export type {
  AnswerArguments,
  AnswerReader,
  AnswerResponseOptions,
  AnswersOptions,
} from './answers/options.ts'
export type { Producer, PublishPart } from './answers/run.ts'

/** State of an answer: `running`, or the reason for its end. */
export type AnswerStatus = 'running' | EndReason

/** Answers that go on without their readers. See {@link createAnswers}. */
export interface Answers<Reader = undefined> {
  readonly name: string
  /**
   * Starts a producer in this process, unless the id was used before. Resolves with true once it has started, and with false if the answer exists:
   * running, ended, in this process or another one. The producer goes on when the caller and all readers leave.
   *
   * Rejects if the store cannot be reached. It may be called again then: an id never starts two producers.
   *
   * @throws ServerError `invalid-option` if the id is empty or too long. The promise rejects with it.
   */
  run(id: string, producer: Producer): Promise<boolean>
  /**
   * Answers a request of a fetch server with the messages of an answer: from its beginning, or after the position of a client that returns. With `run`,
   * the first request starts the answer, and all others attach to it. 204 if the client has everything, 404 if there is no such answer.
   */
  respond(
    request: Request,
    id: string,
    ...options: AnswerArguments<Reader, AnswerResponseOptions<Reader>>
  ): Promise<Response>
  /** Answers a request of `node:http`, `node:http2`, Express, or of Fastify after `reply.hijack()`, as `respond` does. */
  handle(
    request: NodeRequest,
    response: NodeResponse,
    id: string,
    ...options: AnswerArguments<Reader, AnswerResponseOptions<Reader>>
  ): Promise<void>
  /**
   * Ends an answer in whatever process it runs: its signal is aborted within 500 ms, and readers are told. Resolves with false if no answer with this id
   * is running. A client that leaves does not stop anything.
   */
  stop(id: string, ...options: AnswerArguments<Reader, AnswerReader<Reader>>): Promise<boolean>
  /** Returns the state of an answer, `undefined` if there is none with this id. */
  status(
    id: string,
    ...options: AnswerArguments<Reader, AnswerReader<Reader>>
  ): Promise<AnswerStatus | undefined>
  /**
   * Ends all responses, so that readers go on at another process, and waits for the producers of this one. After `graceMs` (default 30,000), answers
   * that are still running end as `lost`. Then the store is closed.
   */
  close(options?: {
    readonly spreadMs?: number | undefined
    readonly graceMs?: number | undefined
  }): Promise<void>
  /** Number of producers that are running in this process. */
  readonly running: number
}

/**
 * Creates a place for answers of models, and of other producers that must not be run twice: an answer goes on when its readers leave, and is replayed
 * when they return. Returns the one of this name if this process has one: its store stays.
 *
 * The client chooses the id of an answer, so that a request that is sent again attaches to the same one.
 *
 * @throws ServerError `invalid-option`
 * @example
 * ```ts
 * import { createAnswers, memoryAnswers } from '@headwater/server/answers'
 *
 * declare function askModel(question: string, signal: AbortSignal): AsyncIterable<{ text: string }>
 *
 * const answers = createAnswers('chat', { store: memoryAnswers() })
 *
 * export const POST = async (request: Request) => {
 *   const { id, question } = (await request.json()) as { id: string; question: string }
 *   return answers.respond(request, id, {
 *     run: async (publish, signal) => {
 *       for await (const part of askModel(question, signal)) await publish('', part)
 *     },
 *   })
 * }
 * ```
 */
export const createAnswers = <Reader = undefined>(
  name: string,
  options: AnswersOptions<Reader>,
): Answers<Reader> => {
  checkOptions(options, ANSWERS_OPTIONS)
  if (typeof (options.store as unknown as { claim?: unknown } | undefined)?.claim !== 'function')
    throw new ServerError(
      'invalid-option',
      `Option store of the answers ${name} must be a store, such as memoryAnswers().`,
    )
  if (options.leaseMs !== undefined && options.leaseMs < 1000)
    throw new ServerError('invalid-option', `Option leaseMs must be 1,000 or more, not ${options.leaseMs}.`)
  const known = registry<StoredAnswers>()
  const key = registryKey(name)
  const answers = known.get(key) ?? new StoredAnswers(name, options as AnyAnswersOptions)
  known.set(key, answers)
  answers.configure(options as AnyAnswersOptions)
  return answers as unknown as Answers<Reader>
}
