import { createFakeClock, type FakeClock } from '@headwater/core/testing'
import { onTestFinished } from 'vitest'
import {
  createAnswers,
  type Answers,
  type AnswersOptions,
  type AnswerStore,
  memoryAnswers,
  type PublishPart,
} from '../../src/answers.ts'
import { Client, createGate, requestTo, settle, uniqueName } from '../harness.ts'

/** Answers in memory with a clock that the test advances. */
export function createFake<Reader = undefined>(
  options: Partial<AnswersOptions<Reader>> = {},
): {
  readonly answers: Answers<Reader>
  readonly clock: FakeClock
  readonly errors: unknown[]
  readonly store: AnswerStore
} {
  const clock = createFakeClock(1_795_738_551_436)
  const errors: unknown[] = []
  const store = memoryAnswers({ clock })
  const answers = createAnswers<Reader>(uniqueName(), {
    store,
    clock,
    onError: (error) => void errors.push(error),
    ...options,
  })
  onTestFinished(async () => {
    const closed = answers.close()
    await clock.advance(60_000)
    await closed
  })
  return { answers, clock, errors, store }
}

/** Producer that publishes when the test says so, and counts its calls. */
export function createModel() {
  const model = {
    calls: 0,
    publish: undefined as unknown as PublishPart,
    signal: undefined as unknown as AbortSignal,
    finish: () => {},
    fail: undefined as unknown as (error: unknown) => void,
    run: (publish: PublishPart, signal: AbortSignal): Promise<void> => {
      model.calls++
      model.publish = publish
      model.signal = signal
      return new Promise<void>((resolve, reject) => {
        model.finish = resolve
        model.fail = reject
      })
    },
  }
  return model
}

export const post = (lastEventId?: string): Request => requestTo(lastEventId, { method: 'POST' })

/** Sends a request, and reads what there is. */
export async function ask(
  answers: Answers<never>,
  request: Request,
  id: string,
  options?: object,
): Promise<Client> {
  return new Client(await answers.respond(request, id, options as never)).readAll()
}

/** Waits in real time until something is true. */
export async function until(isTrue: () => unknown): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => void setTimeout(resolve, 5))
}

export { createGate, settle }
