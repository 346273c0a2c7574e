// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { useEventSource } from '@headwater/react'
import { type FakeClock, resetStreams } from '@headwater/react/testing'

export const usePrice = (): string | undefined => useEventSource('/price').data
// @ts-expect-error: a misspelt option
export const useMisspelt = () => useEventSource('/a', { header: {} })
resetStreams()
export const timersOf = (clock: FakeClock): number => clock.timers
