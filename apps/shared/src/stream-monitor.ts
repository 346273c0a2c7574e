import type { ConnectionOptions } from '@headwater/core'
import { atom, onMount, type ReadableAtom } from 'nanostores'
import { createIdCheck } from './id-check.ts'
import { createTimeLine, type LogEntry } from './time-line.ts'

/** Statistics of a stream, as shown on the page. Updated four times a second. */
export interface StreamStats {
  readonly messages: number
  readonly missing: number
  readonly repeated: number
  readonly gaps: number
  readonly untold: number
  readonly first: number | undefined
  readonly last: number | undefined
  readonly messagesPerSecond: number
  readonly rendersPerSecond: number
  readonly framesPerSecond: number
  readonly strip: string
  readonly entries: readonly LogEntry[]
}

/** Collects the statistics of a stream. */
export interface StreamMonitor extends Required<Pick<ConnectionOptions, 'inspect'>> {
  readonly stats: ReadableAtom<StreamStats>
  onMessage(message: { readonly id: string }): void
  /** Counts a render. Call it after each render of the stream's data. The argument is ignored. */
  countRender(data?: unknown): void
  /** Resets the message counts. */
  reset(): void
}

let frames = 0
const countFrame = () => {
  frames++
  requestAnimationFrame(countFrame)
}
requestAnimationFrame(countFrame)

const updateMs = 250
/** Number of updates over which rates are averaged: two seconds, so that the numbers are steady enough to read. */
const rateWindow = 8

function createStreamMonitor(): StreamMonitor {
  const check = createIdCheck()
  const timeLine = createTimeLine()
  let renders = 0
  const samples: { at: number; messages: number; renders: number; frames: number }[] = []

  const read = (): StreamStats => {
    const { messages, missing, repeated, gaps, untold, first, last } = check
    const newest = { at: performance.now(), messages, renders, frames }
    samples.push(newest)
    const oldest = (samples.length > rateWindow ? samples.shift() : samples[0]) ?? newest
    const rate = (name: 'messages' | 'renders' | 'frames') =>
      newest === oldest
        ? 0
        : Math.max(0, Math.round(((newest[name] - oldest[name]) * 1000) / (newest.at - oldest.at)))
    return {
      ...{ messages, missing, repeated, gaps, untold, first, last },
      messagesPerSecond: rate('messages'),
      rendersPerSecond: rate('renders'),
      framesPerSecond: rate('frames'),
      strip: timeLine.strip(),
      entries: timeLine.entries,
    }
  }
  const stats = atom(read())
  onMount(stats, () => {
    const timer = setInterval(() => stats.set(read()), updateMs)
    return () => clearInterval(timer)
  })

  return {
    stats,
    inspect(step) {
      if (step.event.type === 'gap') check.tell(step.event.gap)
      timeLine.inspect(step)
    },
    onMessage: ({ id }) => check.add(id),
    countRender() {
      renders++
    },
    reset: () => check.reset(),
  }
}

/** The monitors of the streams of the page. */
export const monitors = {
  market: createStreamMonitor(),
  news: createStreamMonitor(),
  chat: createStreamMonitor(),
}
