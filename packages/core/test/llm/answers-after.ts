import type { Fold, Message } from '../../src/index.ts'
import type { Answer } from '../../src/llm/index.ts'

/** Returns the answer after each of the messages. */
export function answersAfter(fold: Fold<Answer, Answer, Message>, ...messages: readonly unknown[]): Answer[] {
  let state = fold.initial(undefined)
  return messages.map((json) => {
    const data = typeof json === 'string' ? json : JSON.stringify(json)
    state = fold.add(state, { type: 'message', data, id: '' })
    return fold.view(state)
  })
}

/** Returns the answer after all messages. */
export function answerAfter(fold: Fold<Answer, Answer, Message>, ...messages: readonly unknown[]): Answer {
  return answersAfter(fold, ...messages).at(-1)!
}

/** A chunk of chat completions. */
export const choice = (delta: unknown, rest: object = {}): object => ({
  choices: [{ index: 0, delta, ...rest }],
})
