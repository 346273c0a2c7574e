import {
  createEventStream,
  keyed,
  type Fold,
  history,
  type Message,
  type SseError,
  useEventSource,
} from '../src/index.ts'
import { anthropic, type Answer, chatRequest, type Finish, openai, type Usage } from '../src/llm.ts'
import { expectTypeOf, test } from 'vitest'

/** Type-checks code without running it. */
const typecheck = (code: () => void) => void code

test('data has the type that the fold returns', () => {
  typecheck(() => {
    const text = useEventSource('/a')
    expectTypeOf(text.data).toEqualTypeOf<string | undefined>()
    const list = useEventSource('/a', { fold: history(5) })
    expectTypeOf(list.data).toEqualTypeOf<readonly Message[]>()
    const count: Fold<number> = { initial: () => 0, add: (state) => Number(state) + 1, view: Number }
    const sum = useEventSource('/a', { fold: count, initialData: 2 })
    expectTypeOf(sum.data).toEqualTypeOf<number>()
  })
})

test('the status narrows the snapshot', () => {
  typecheck(() => {
    const state = useEventSource('/a')
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

test('LLM folds type the data, and chatRequest() combines with other options', () => {
  typecheck(() => {
    const headers = async () => ({ authorization: 'Bearer …' })
    const answer = useEventSource('/a', {
      ...chatRequest({ model: 'm' }),
      headers,
      fold: openai(),
      idleTimeoutMs: false,
    })
    expectTypeOf(answer.data).toEqualTypeOf<Answer>()
    expectTypeOf(answer.data.finish).toEqualTypeOf<Finish | undefined>()
    for (const part of answer.data.parts) {
      if (part.type === 'text') expectTypeOf(part.text).toEqualTypeOf<string>()
      if (part.type === 'tool-call') expectTypeOf(part.json).toEqualTypeOf<unknown>()
      // @ts-expect-error: not a part
      if (part.type === 'image') return
    }
    expectTypeOf(answer.data.usage).toEqualTypeOf<Usage | undefined>()
    const text = useEventSource('/a', {
      ...chatRequest({ model: 'm' }),
      fold: anthropic(),
      select: (data) => data.text,
      until: ({ data }) => data === 'x' && 'inclusive',
    })
    expectTypeOf(text.data.toolCalls[0]!.arguments).toEqualTypeOf<string>()
    // @ts-expect-error: a request body is required
    chatRequest()
    // @ts-expect-error: not a result of until
    useEventSource('/a', { fold: openai(), until: () => 'last' })
  })
})

test('rejects invalid arguments', () => {
  typecheck(() => {
    // @ts-expect-error: misspelt option
    useEventSource('/a', { header: {} })
    // @ts-expect-error: not a number
    useEventSource('/a', { connectTimeoutMs: '1s' })
    // @ts-expect-error: not a URL
    useEventSource(7)
    // @ts-expect-error: initialData has another type than the fold's data
    useEventSource('/a', { fold: history(5), initialData: 'x' })
    // @ts-expect-error: no such status
    if (useEventSource('/a').status === 'opened') return
  })
})

test('no public type is any', () => {
  typecheck(() => {
    expectTypeOf(useEventSource('/a')).not.toBeAny()
    expectTypeOf(useEventSource('/a', { fold: history(5) }).data).not.toBeAny()
    expectTypeOf(useEventSource).parameters.not.toBeAny()
    expectTypeOf<Parameters<typeof useEventSource>[0]>().not.toBeAny()
    expectTypeOf<Parameters<typeof useEventSource>[1]>().not.toBeAny()
  })
})

test('a wrong field of retry is an error at that field', () => {
  typecheck(() => {
    useEventSource('/a', {
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
    useEventSource('/a', {
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
      useEventSource('/a', { fold: (sum, message) => sum + message.data.length, initialData: 0 }).data,
    ).toEqualTypeOf<number>()
  })
})
