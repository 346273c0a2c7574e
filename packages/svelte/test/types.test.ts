import { eventSource, type Fold, history, type Message, type SseError, type Snapshot } from '../src/index.ts'
import type { NoEvents } from '@headwater/core'
import type { createEventSource as reactive } from '../src/runes.ts'
import { get, type Readable, readable } from 'svelte/store'
import { expectTypeOf, test } from 'vitest'

// What is not to be run is only checked: each of these is a program, and none of them connects.
const never = (program: () => void) => void program

test('data is what the fold makes of the messages', () => {
  never(() => {
    const text = eventSource('/a')
    expectTypeOf(get(text).data).toEqualTypeOf<string | undefined>()
    const list = eventSource('/a', { fold: history(5) })
    expectTypeOf(get(list).data).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = eventSource('/a', { fold: count, initialData: 2 })
    expectTypeOf(get(sum).data).toEqualTypeOf<number>()
  })
})

test('the status tells what else there is', () => {
  never(() => {
    const state = get(eventSource('/a'))
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
    eventSource('/a', { header: {} })
    // @ts-expect-error: not a number
    eventSource('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: no address
    eventSource(7)
    // @ts-expect-error: initialData is not what the fold makes
    eventSource('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no status of that name
    if (get(eventSource('/a')).status === 'opened') return
  })
})

test('nothing is any', () => {
  never(() => {
    expectTypeOf(get(eventSource('/a'))).not.toBeAny()
    expectTypeOf(get(eventSource('/a', { fold: history(5) })).data).not.toBeAny()
    expectTypeOf(eventSource).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof eventSource>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof eventSource>[1]>().not.toBeAny()
  })
})

test('url and options may be values or stores, and options a function', () => {
  never(() => {
    eventSource(readable<string | undefined>())
    eventSource(async ({ attempt }) => `/a?attempt=${attempt}`)
    const options = readable({ fold: history(5) })
    expectTypeOf(eventSource('/a', options)).toEqualTypeOf<Readable<Snapshot<readonly Message[]>>>()
    expectTypeOf(eventSource('/a', () => ({ fold: history(5) }))).toEqualTypeOf<
      Readable<Snapshot<readonly Message[]>>
    >()
  })
})

test('runes give the snapshot itself', () => {
  expectTypeOf<ReturnType<typeof reactive<NoEvents, string>>>().toEqualTypeOf<Snapshot<string>>()
})
