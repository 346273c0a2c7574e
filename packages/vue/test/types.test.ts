import {
  createEventStream,
  keyed,
  type Fold,
  history,
  type Message,
  type SseError,
  useSSE,
} from '../src/index.ts'
import { computed, reactive, ref, shallowRef } from 'vue'
import { expectTypeOf, test } from 'vitest'

/** Type-checks code without running it. */
const typecheck = (code: () => void) => void code

test('data has the type that the fold returns', () => {
  typecheck(() => {
    const text = useSSE('/a')
    expectTypeOf(text.data.value).toEqualTypeOf<string | undefined>()
    const list = useSSE('/a', { fold: history(5) })
    expectTypeOf(list.data.value).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = useSSE('/a', { fold: count, initialData: 2 })
    expectTypeOf(sum.data.value).toEqualTypeOf<number>()
  })
})

test('the status narrows the snapshot', () => {
  typecheck(() => {
    const state = useSSE('/a').snapshot.value
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
    useSSE('/a', { header: {} })
    // @ts-expect-error: not a number
    useSSE('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: not a URL
    useSSE(7)
    // @ts-expect-error: initialData has another type than the fold's data
    useSSE('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no such status
    if (useSSE('/a').snapshot.value.status === 'opened') return
  })
})

test('no public type is any', () => {
  typecheck(() => {
    expectTypeOf(useSSE('/a').snapshot.value).not.toBeAny()
    expectTypeOf(useSSE('/a', { fold: history(5) }).data.value).not.toBeAny()
    expectTypeOf(useSSE).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof useSSE>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof useSSE>[1]>().not.toBeAny()
  })
})

test('url and options can be values, refs or getters', () => {
  typecheck(() => {
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
    // @ts-expect-error: a getter has no parameter; it can return a function that receives the attempt
    useSSE(({ attempt }: { attempt: number }) => `/a?attempt=${attempt}`)
    // @ts-expect-error: readonly
    useSSE('/a').data.value = 'x'
  })
})

test('a wrong field of retry is an error at that field', () => {
  typecheck(() => {
    useSSE('/a', {
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
    useSSE('/a', {
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
      useSSE('/a', { fold: (sum, message) => sum + message.data.length, initialData: 0 }).data.value,
    ).toEqualTypeOf<number>()
  })
})
