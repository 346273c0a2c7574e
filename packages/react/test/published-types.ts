// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { useEventSource } from '@headwater/react'

export const usePrice = (): string | undefined => useEventSource('/price').data
// @ts-expect-error: a misspelt option
export const useMisspelt = () => useEventSource('/a', { header: {} })
