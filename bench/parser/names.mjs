/** Names of the contenders that the ratios compare. */
export const OURS = 'headwater'
export const BASE = 'eventsource-parser with TextDecoder'
export const COPYING = 'headwater, copying all (copyMessage)'
