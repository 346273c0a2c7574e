import type { Fold } from '@headwater/react'

export interface Quote {
  readonly symbol: string
  /** The last prices, the oldest first. */
  readonly trail: readonly number[]
}

export const trailLength = 160

/** Ticks become one trail a symbol. Each tick is parsed once, and a trail is copied once a frame. */
export const quotes: Fold<readonly Quote[], Map<string, number[]>> = {
  initial: () => new Map(),
  add(trails, message) {
    if (message.type !== 'message') return trails
    const { symbol, price } = JSON.parse(message.data) as { symbol: string; price: number }
    const trail = trails.get(symbol) ?? []
    if (trail.push(price) > 2 * trailLength) trail.splice(0, trailLength)
    return trails.set(symbol, trail)
  },
  // In the order in which they first came, so that no row ever moves.
  view: (trails) => [...trails].map(([symbol, trail]) => ({ symbol, trail: trail.slice(-trailLength) })),
}
