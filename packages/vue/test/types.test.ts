import { type Fold, history, type Message, type SseError, useSSE } from '../src/index.ts'
import { computed, reactive, ref, shallowRef } from 'vue'
import { expectTypeOf, test } from 'vitest'

// What is not to be run is only checked: each of these is a program, and none of them connects.
const never = (program: () => void) => void program

test('data is what the fold makes of the messages', () => {
  never(() => {
    const text = useSSE('/a')
    expectTypeOf(text.data.value).toEqualTypeOf<string | undefined>()
    const list = useSSE('/a', { fold: history(5) })
    expectTypeOf(list.data.value).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = useSSE('/a', { fold: count, initialData: 2 })
    expectTypeOf(sum.data.value).toEqualTypeOf<number>()
  })
})

test('the status tells what else there is', () => {
  never(() => {
    const state = useSSE('/a').snapshot.value
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
    useSSE('/a', { header: {} })
    // @ts-expect-error: not a number
    useSSE('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: no address
    useSSE(7)
    // @ts-expect-error: initialData is not what the fold makes
    useSSE('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no status of that name
    if (useSSE('/a').snapshot.value.status === 'opened') return
  })
})

test('nothing is any', () => {
  never(() => {
    expectTypeOf(useSSE('/a').snapshot.value).not.toBeAny()
    expectTypeOf(useSSE('/a', { fold: history(5) }).data.value).not.toBeAny()
    expectTypeOf(useSSE).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof useSSE>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof useSSE>[1]>().not.toBeAny()
  })
})

test('url and options may be values, refs or getters', () => {
  never(() => {
    useSSE(ref<string>())
    useSSE(ref('/a'))
    useSSE(shallowRef(new URL('https://example.com')))
    useSSE(computed(() => (Date.now() ? '/a' : null)))
    useSSE(() => undefined)
    useSSE(
      () =>
        async ({ attempt }) =>
          `/a?attempt=${attempt}`,
    )
    expectTypeOf(useSSE('/a', ref({ fold: history(5) })).data.value).toEqualTypeOf<readonly Message[]>()
    expectTypeOf(useSSE('/a', () => ({ fold: history(5) })).data.value).toEqualTypeOf<readonly Message[]>()
    useSSE('/a', reactive({ enabled: false }))
    // @ts-expect-error: a getter is told nothing of the attempt; it may return a function that is
    useSSE(({ attempt }: { attempt: number }) => `/a?attempt=${attempt}`)
    // @ts-expect-error: readonly
    useSSE('/a').data.value = 'x'
  })
})
