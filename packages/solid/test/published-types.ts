// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { createEventSource, history, type SseError } from '@headwater/solid'
import { type FakeClock, resetStreams } from '@headwater/solid/testing'

const news = createEventSource(() => undefined, { fold: history(5) })
export const error: SseError | undefined = news.status === 'waiting' ? news.error : undefined
resetStreams()
export const timersOf = (clock: FakeClock): number => clock.timers
