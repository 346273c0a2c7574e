// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { useEventSource } from '@headwater/react'
import { nativePage } from '@headwater/react/native'
import { type FakeClock, resetStreams } from '@headwater/react/testing'

export const usePrice = (): string | undefined => useEventSource('/price').data
// @ts-expect-error: a misspelt option
export const useMisspelt = () => useEventSource('/a', { header: {} })
resetStreams()
export const timersOf = (clock: FakeClock): number => clock.timers
declare const AppState: {
  currentState: 'active' | 'background' | 'inactive' | null
  addEventListener(
    type: 'change' | 'blur',
    listener: (state: 'active' | 'background') => void,
  ): { remove(): void }
}
export const usePricesOfApp = (): string | undefined =>
  useEventSource('https://example.com/price', { page: nativePage({ AppState, Platform: { OS: 'ios' } }) })
    .data
