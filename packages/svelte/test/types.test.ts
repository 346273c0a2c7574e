import {
  createEventStream,
  keyed,
  eventSource,
  type Fold,
  history,
  type Message,
  type SseError,
  type Snapshot,
} from '../src/index.ts'
import type { NoEvents } from '@headwater/core'
import type { createEventSource } from '../src/runes.ts'
import { get, type Readable, readable } from 'svelte/store'
import { expectTypeOf, test } from 'vitest'

/** Type-checks code without running it. */
const typecheck = (code: () => void) => void code

test('data has the type that the fold returns', () => {
  typecheck(() => {
    const text = eventSource('/a')
    expectTypeOf(get(text).data).toEqualTypeOf<string | undefined>()
    const list = eventSource('/a', { fold: history(5) })
    expectTypeOf(get(list).data).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = eventSource('/a', { fold: count, initialData: 2 })
    expectTypeOf(get(sum).data).toEqualTypeOf<number>()
  })
})

test('the status narrows the snapshot', () => {
  typecheck(() => {
    const state = get(eventSource('/a'))
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
    eventSource('/a', { header: {} })
    // @ts-expect-error: not a number
    eventSource('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: not a URL
    eventSource(7)
    // @ts-expect-error: initialData has another type than the fold's data
    eventSource('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no such status
    if (get(eventSource('/a')).status === 'opened') return
  })
})

test('no public type is any', () => {
  typecheck(() => {
    expectTypeOf(get(eventSource('/a'))).not.toBeAny()
    expectTypeOf(get(eventSource('/a', { fold: history(5) })).data).not.toBeAny()
    expectTypeOf(eventSource).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof eventSource>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof eventSource>[1]>().not.toBeAny()
  })
})

test('url and options can be values or stores, and options a function', () => {
  typecheck(() => {
    eventSource(readable<string | undefined>())
    eventSource(async ({ attempt }) => `/a?attempt=${attempt}`)
    const options = readable({ fold: history(5) })
    expectTypeOf(eventSource('/a', options)).toEqualTypeOf<Readable<Snapshot<readonly Message[]>>>()
    expectTypeOf(eventSource('/a', () => ({ fold: history(5) }))).toEqualTypeOf<
      Readable<Snapshot<readonly Message[]>>
    >()
  })
})

test('runes return the snapshot type', () => {
  expectTypeOf<ReturnType<typeof createEventSource<NoEvents, string>>>().toEqualTypeOf<Snapshot<string>>()
})

test('a wrong field of retry is an error at that field', () => {
  typecheck(() => {
    eventSource('/a', {
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
    eventSource('/a', {
      method: 'POST',
      // @ts-expect-error: initialData is missing
      fold: (sum: number, message) => sum + message.data.length,
    })
    createEventStream('/a', {
      method: 'POST',
      // @ts-expect-error: initialData is missing
      fold: (sum: number, message) => sum + message.data.length,
    })
    eventSource('/a', { fold: (sum, message) => sum + message.data.length, initialData: 0 }).subscribe(
      ({ data }) => expectTypeOf(data).toEqualTypeOf<number>(),
    )
  })
})
