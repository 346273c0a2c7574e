// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { createEventStream, eventSource, history, toStore } from '@headwater/svelte'
import { createEventSource } from '@headwater/svelte/runes'
import { type FakeClock, resetStreams } from '@headwater/svelte/testing'

toStore(createEventStream('/news', { fold: history(5) })).subscribe(({ data }) => data[0]?.id.length)
eventSource('/a').subscribe((snapshot) => snapshot.status === 'waiting' && snapshot.delayMs.toFixed())
export const rune: string | undefined = createEventSource(() => '/a').data
resetStreams()
export const timersOf = (clock: FakeClock): number => clock.timers
