import { createEventSource, type Fold, history, type Message, type SseError } from '../src/index.ts'
import { expectTypeOf, test } from 'vitest'

// What is not to be run is only checked: each of these is a program, and none of them connects.
const never = (program: () => void) => void program

test('data is what the fold makes of the messages', () => {
  never(() => {
    const text = createEventSource('/a')
    expectTypeOf(text.data).toEqualTypeOf<string | undefined>()
    const list = createEventSource('/a', { fold: history(5) })
    expectTypeOf(list.data).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = createEventSource('/a', { fold: count, initialData: 2 })
    expectTypeOf(sum.data).toEqualTypeOf<number>()
  })
})

test('the status tells what else there is', () => {
  never(() => {
    const state = createEventSource('/a')
    if (state.status === 'waiting') {
      expectTypeOf(state.error).toEqualTypeOf<SseError>()
      expectTypeOf(state.retryAt).toEqualTypeOf<number>()
    }
    if (state.status === 'closed') expectTypeOf(state.reason).toEqualTypeOf<'closed' | 'ended' | 'failed'>()
    // @ts-expect-error: an open stream waits for nothing
    if (state.status === 'open') void state.delayMs
  })
})

test('what cannot work is refused', () => {
  never(() => {
    // @ts-expect-error: a misspelt option
    createEventSource('/a', { header: {} })
    // @ts-expect-error: not a number
    createEventSource('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: no address
    createEventSource(7)
    // @ts-expect-error: initialData is not what the fold makes
    createEventSource('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no status of that name
    if (createEventSource('/a').status === 'opened') return
  })
})

test('nothing is any', () => {
  never(() => {
    expectTypeOf(createEventSource('/a')).not.toBeAny()
    expectTypeOf(createEventSource('/a', { fold: history(5) }).data).not.toBeAny()
    expectTypeOf(createEventSource).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof createEventSource>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof createEventSource>[1]>().not.toBeAny()
  })
})

test('url and options may be values or accessors', () => {
  never(() => {
    createEventSource(() => undefined)
    createEventSource(
      () =>
        async ({ attempt }) =>
          `/a?attempt=${attempt}`,
    )
    expectTypeOf(createEventSource('/a', () => ({ fold: history(5) })).data).toEqualTypeOf<
      readonly Message[]
    >()
    // @ts-expect-error: an accessor is told nothing of the attempt; it may return a function that is
    createEventSource(({ attempt }: { attempt: number }) => `/a?attempt=${attempt}`)
  })
})
