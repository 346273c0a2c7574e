import {
  createEventStream,
  keyed,
  createEventSource,
  type Fold,
  history,
  type Message,
  type SseError,
} from '../src/index.ts'
import { expectTypeOf, test } from 'vitest'

/** Type-checks code without running it. */
const typecheck = (code: () => void) => void code

test('data has the type that the fold returns', () => {
  typecheck(() => {
    const text = createEventSource('/a')
    expectTypeOf(text.data).toEqualTypeOf<string | undefined>()
    const list = createEventSource('/a', { fold: history(5) })
    expectTypeOf(list.data).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = createEventSource('/a', { fold: count, initialData: 2 })
    expectTypeOf(sum.data).toEqualTypeOf<number>()
  })
})

test('the status narrows the snapshot', () => {
  typecheck(() => {
    const state = createEventSource('/a')
    if (state.status === 'waiting') {
      expectTypeOf(state.error).toEqualTypeOf<SseError>()
      expectTypeOf(state.retryAt).toEqualTypeOf<number>()
    }
    if (state.status === 'closed') expectTypeOf(state.reason).toEqualTypeOf<'closed' | 'ended' | 'failed'>()
    if (state.status === 'open')
      expectTypeOf(state.continuity).toEqualTypeOf<'fresh' | 'resumed' | 'gap' | 'unverified' | 'restarted'>()
    // @ts-expect-error: an open stream has no delay
    if (state.status === 'open') void state.delayMs
  })
})

test('rejects invalid arguments', () => {
  typecheck(() => {
    // @ts-expect-error: misspelt option
    createEventSource('/a', { header: {} })
    // @ts-expect-error: not a number
    createEventSource('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: not a URL
    createEventSource(7)
    // @ts-expect-error: initialData has another type than the fold's data
    createEventSource('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no such status
    if (createEventSource('/a').status === 'opened') return
  })
})

test('no public type is any', () => {
  typecheck(() => {
    expectTypeOf(createEventSource('/a')).not.toBeAny()
    expectTypeOf(createEventSource('/a', { fold: history(5) }).data).not.toBeAny()
    expectTypeOf(createEventSource).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof createEventSource>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof createEventSource>[1]>().not.toBeAny()
  })
})

test('url and options can be values or accessors', () => {
  typecheck(() => {
    createEventSource(() => undefined)
    createEventSource(
      () =>
        async ({ attempt }) =>
          `/a?attempt=${attempt}`,
    )
    expectTypeOf(createEventSource('/a', () => ({ fold: history(5) })).data).toEqualTypeOf<
      readonly Message[]
    >()
    // @ts-expect-error: an accessor has no parameter; it can return a function that receives the attempt
    createEventSource(({ attempt }: { attempt: number }) => `/a?attempt=${attempt}`)
  })
})

test('a wrong field of retry is an error at that field', () => {
  typecheck(() => {
    createEventSource('/a', {
      method: 'POST',
      // @ts-expect-error: the field is attempts
      retry: { attempt: 3 },
    })
    createEventStream('/a', {
      method: 'POST',
      // @ts-expect-error: the field is attempts
      retry: { attempt: 3 },
    })
  })
})

test('keyed() infers its key', () => {
  typecheck(() => {
    const byId = createEventStream('/a', { fold: keyed((message) => message.id) })
    expectTypeOf(byId.getSnapshot().data.keys().next().value).toEqualTypeOf<string | undefined>()
  })
})

test('a reducer without initialData is an error at fold', () => {
  typecheck(() => {
    createEventSource('/a', {
      method: 'POST',
      // @ts-expect-error: initialData is missing
      fold: (sum: number, message) => sum + message.data.length,
    })
    createEventStream('/a', {
      method: 'POST',
      // @ts-expect-error: initialData is missing
      fold: (sum: number, message) => sum + message.data.length,
    })
    expectTypeOf(
      createEventSource('/a', { fold: (sum, message) => sum + message.data.length, initialData: 0 }).data,
    ).toEqualTypeOf<number>()
  })
})
