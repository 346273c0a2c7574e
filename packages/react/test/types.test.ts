import { type Fold, history, type Message, type SseError, useEventSource } from '../src/index.ts'
import { anthropic, type Answer, chatRequest, openai, type Usage } from '../src/llm.ts'
import { expectTypeOf, test } from 'vitest'

// What is not to be run is only checked: each of these is a program, and none of them connects.
const never = (program: () => void) => void program

test('data is what the fold makes of the messages', () => {
  never(() => {
    const text = useEventSource('/a')
    expectTypeOf(text.data).toEqualTypeOf<string | undefined>()
    const list = useEventSource('/a', { fold: history(5) })
    expectTypeOf(list.data).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = useEventSource('/a', { fold: count, initialData: 2 })
    expectTypeOf(sum.data).toEqualTypeOf<number>()
  })
})

test('the status tells what else there is', () => {
  never(() => {
    const state = useEventSource('/a')
    if (state.status === 'waiting') {
      expectTypeOf(state.error).toEqualTypeOf<SseError>()
      expectTypeOf(state.retryAt).toEqualTypeOf<number>()
    }
    if (state.status === 'closed') expectTypeOf(state.reason).toEqualTypeOf<'closed' | 'ended' | 'failed'>()
    // @ts-expect-error: an open stream waits for nothing
    if (state.status === 'open') void state.delayMs
  })
})

test('a model’s answer has a type, and its question takes options before and after', () => {
  never(() => {
    const headers = async () => ({ authorization: 'Bearer …' })
    const answer = useEventSource('/a', {
      ...chatRequest({ model: 'm' }),
      headers,
      fold: openai(),
      idleTimeoutMs: false,
    })
    expectTypeOf(answer.data).toEqualTypeOf<Answer>()
    expectTypeOf(answer.data.finishReason).toEqualTypeOf<string | undefined>()
    expectTypeOf(answer.data.usage).toEqualTypeOf<Usage | undefined>()
    const text = useEventSource('/a', {
      ...chatRequest({ model: 'm' }),
      fold: anthropic(),
      select: (data) => data.text,
      until: ({ data }) => data === 'x' && 'inclusive',
    })
    expectTypeOf(text.data.toolCalls[0]!.arguments).toEqualTypeOf<string>()
    // @ts-expect-error: no question
    ask()
    // @ts-expect-error: a word that until does not have
    useEventSource('/a', { fold: openai(), until: () => 'last' })
  })
})

test('what cannot work is refused', () => {
  never(() => {
    // @ts-expect-error: a misspelt option
    useEventSource('/a', { header: {} })
    // @ts-expect-error: not a number
    useEventSource('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: no address
    useEventSource(7)
    // @ts-expect-error: initialData is not what the fold makes
    useEventSource('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no status of that name
    if (useEventSource('/a').status === 'opened') return
  })
})

test('nothing is any', () => {
  never(() => {
    expectTypeOf(useEventSource('/a')).not.toBeAny()
    expectTypeOf(useEventSource('/a', { fold: history(5) }).data).not.toBeAny()
    expectTypeOf(useEventSource).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof useEventSource>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof useEventSource>[1]>().not.toBeAny()
  })
})
