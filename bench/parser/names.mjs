/** The two that every ratio is about. */
export const OURS = 'headwater'
export const BASE = 'eventsource-parser with TextDecoder'
export const COPYING = 'headwater, copying all (copyMessage)'
