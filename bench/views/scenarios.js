// Scenarios: how messages become data, as a fold and written by hand, the text that the view shows for it, and the text that is
// expected at the end. `tick` counts the messages.
import { history } from '@headwater/core'

/** Counts messages, and counts as wrong each one that does not follow the message before it. Parses their data as JSON. */
function count(total, tick) {
  const isNext = (state, message) => JSON.parse(message.data).n === state.count
  const next = (state, message) => ({
    count: state.count + 1,
    wrong: state.wrong + (isNext(state, message) ? 0 : 1),
    last: message.data,
  })
  const begin = { count: 0, wrong: 0, last: '' }
  return {
    fold: {
      initial: () => ({ ...begin }),
      add(state, message) {
        tick()
        state.wrong += isNext(state, message) ? 0 : 1
        state.count++
        state.last = message.data
        return state
      },
      view: (state) => ({ ...state }),
    },
    byHand: { begin, next, tick },
    text: ({ count, wrong, last }) =>
      count === undefined ? last : `${count} received, ${wrong} wrong: ${last}`,
    // Expected start of the final text.
    start: `${total} received, 0 wrong: `,
  }
}

const LIMIT = 50_000

function list(total, tick) {
  const kept = history(LIMIT)
  const next = (messages, message) => [...messages, message].slice(-LIMIT)
  return {
    fold: {
      ...kept,
      add(messages, message) {
        tick()
        return kept.add(messages, message)
      },
    },
    byHand: { begin: [], next, tick },
    text: (messages) => `${messages.length} from ${messages[0]?.id}: ${messages.at(-1)?.data}`,
    start: `${Math.min(total, LIMIT)} from ${Math.max(total - LIMIT, 0)}: `,
  }
}

export const scenarios = { count, history: list }
