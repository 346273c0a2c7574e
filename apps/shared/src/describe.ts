import type { Snapshot } from '@headwater/core'
import { askServer } from './chat.ts'
import type { Words } from './english.ts'

/** What a connection is doing, in words, and the one thing that can be done about it. */
export interface Description {
  readonly status: string
  readonly account: string
  /** What the button says, and whether it does anything now. */
  readonly step: string
  readonly idle: boolean
  act(): void
}

/** Describes the connection of a stream that can be closed and opened. */
export function describe(stream: Snapshot<unknown>, words: Words, asks = false): Description {
  const active = stream.status !== 'closed' && stream.status !== 'idle'
  const said = { status: words.status[stream.status], account: accountOf(stream, words) }
  if (asks) return { ...said, step: words.chat.stop, idle: !active, act: () => active && stop(stream) }
  if (stream.status === 'open' || stream.status === 'connecting')
    return { ...said, step: words.close, idle: false, act: stream.close }
  const step = stream.status === 'waiting' ? words.retry : words.open
  return { ...said, step, idle: stream.status === 'paused', act: stream.open }
}

function stop(stream: Snapshot<unknown>) {
  stream.close()
  void askServer()
}

function accountOf(stream: Snapshot<unknown>, { account }: Words): string {
  switch (stream.status) {
    case 'idle':
      return account.idle
    case 'connecting':
      return account.connecting(stream.attempt)
    case 'open':
      return stream.continuity === 'fresh' ? account.fresh : account[stream.continuity](stream.downtimeMs)
    case 'waiting':
      return `${account.waiting(stream.attempt)} ${stream.error.code}: ${stream.error.message}`
    case 'paused':
      return account[stream.reason]
    case 'closed':
      return [account[stream.reason], stream.error?.message].filter(Boolean).join(' ')
  }
}

/** The seconds until the next attempt, and how much of the wait is left, from 1 to 0. */
export function countDown(stream: Snapshot<unknown>, at: number): { seconds: string; share: number } {
  if (stream.status !== 'waiting') return { seconds: '', share: 0 }
  const leftMs = Math.max(0, stream.retryAt - at)
  return { seconds: `${(leftMs / 1000).toFixed(1)} s`, share: Math.min(1, leftMs / stream.delayMs) }
}
