import type { Snapshot } from '@headwater/core'
import type { Texts } from './english.ts'

/** Returns a sentence about the state of a connection, with the error if there is one. */
export function detailOf(stream: Snapshot<unknown>, { detail }: Texts): string {
  switch (stream.status) {
    case 'idle':
      return detail.idle
    case 'connecting':
      return detail.connecting(stream.attempt)
    case 'open':
      return stream.continuity === 'fresh' ? detail.fresh : detail[stream.continuity](stream.downtimeMs)
    case 'waiting':
      return `${detail.waiting(stream.attempt)} ${stream.error.code}: ${stream.error.message}`
    case 'paused':
      return detail[stream.reason]
    case 'closed':
      return [detail[stream.reason], stream.error?.message].filter(Boolean).join(' ')
  }
}

/** Returns the seconds until the next attempt, and the remaining fraction of the delay, from 1 to 0. */
export function countDown(stream: Snapshot<unknown>, at: number): { seconds: string; fraction: number } {
  if (stream.status !== 'waiting') return { seconds: '', fraction: 0 }
  const leftMs = Math.max(0, stream.retryAt - at)
  return { seconds: `${(leftMs / 1000).toFixed(1)} s`, fraction: Math.min(1, leftMs / stream.delayMs) }
}
