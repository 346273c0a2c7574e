// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { history, useSSE } from '@headwater/vue'
import { ref } from 'vue'
import { type FakeClock, resetStreams } from '@headwater/vue/testing'

export const list = useSSE(ref('/list'), { fold: history(5) }).data.value[0]!.id.length
// @ts-expect-error: not a number
export const wrong: number = useSSE('/a').data.value
resetStreams()
export const timersOf = (clock: FakeClock): number => clock.timers
