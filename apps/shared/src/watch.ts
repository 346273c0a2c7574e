import type { ConnectionOptions } from '@headwater/core'
import { atom, onMount, type ReadableAtom } from 'nanostores'
import { createLedger } from './ledger.ts'
import { createTimeLine, type LogEntry } from './time-line.ts'

/** What the page says about a stream, four times a second. */
export interface Account {
  readonly messages: number
  readonly missing: number
  readonly repeated: number
  readonly first: number | undefined
  readonly last: number | undefined
  readonly messagesPerSecond: number
  readonly rendersPerSecond: number
  readonly framesPerSecond: number
  readonly strip: string
  readonly entries: readonly LogEntry[]
}

/** Keeps the books on a stream. */
export interface Watch extends Required<Pick<ConnectionOptions, 'inspect'>> {
  readonly account: ReadableAtom<Account>
  onMessage(message: { readonly id: string }): void
  /** To be called after each render of the stream's data, which it may be given. */
  rendered(data?: unknown): void
  /** Begins new books. */
  clear(): void
}

let frames = 0
const countFrame = () => {
  frames++
  requestAnimationFrame(countFrame)
}
requestAnimationFrame(countFrame)

const turnMs = 250
/** Rates are those of the last two seconds, so that they can be read. */
const turns = 8

function createWatch(): Watch {
  const ledger = createLedger()
  const timeLine = createTimeLine()
  let renders = 0
  const past: { at: number; messages: number; renders: number; frames: number }[] = []

  const read = (): Account => {
    const { messages, missing, repeated, first, last } = ledger
    const now = { at: performance.now(), messages, renders, frames }
    past.push(now)
    const then = (past.length > turns ? past.shift() : past[0]) ?? now
    const rate = (name: 'messages' | 'renders' | 'frames') =>
      now === then ? 0 : Math.max(0, Math.round(((now[name] - then[name]) * 1000) / (now.at - then.at)))
    return {
      ...{ messages, missing, repeated, first, last },
      messagesPerSecond: rate('messages'),
      rendersPerSecond: rate('renders'),
      framesPerSecond: rate('frames'),
      strip: timeLine.strip(),
      entries: timeLine.entries,
    }
  }
  const account = atom(read())
  onMount(account, () => {
    const timer = setInterval(() => account.set(read()), turnMs)
    return () => clearInterval(timer)
  })

  return {
    account,
    inspect: (step) => timeLine.inspect(step),
    onMessage: ({ id }) => ledger.enter(id),
    rendered() {
      renders++
    },
    clear: () => ledger.clear(),
  }
}

/** The books on the streams of the page. */
export const watches = { market: createWatch(), news: createWatch(), chat: createWatch() }
