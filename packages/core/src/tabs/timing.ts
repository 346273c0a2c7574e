/** Time limit for an answer of a leader, in milliseconds. A leader without an event for as long may have been replaced. */
export const ANSWER_MS = 2_000
/** Silence after which a tab asks if the leader is alive, in milliseconds. */
export const SILENCE_MS = 1_000
/** Time limit of the last chance of a leader, in milliseconds. All together, it is replaced within 5 s. */
export const LAST_CHANCE_MS = 500
/** Interval in which a tab looks if the leader is silent, in milliseconds. */
export const TICK_MS = 500
/** Delay before a tab that left a leader, or that is ahead or behind, looks for a leader again, in milliseconds. */
export const REJOIN_MS = 1_000
/** The same after a question without an answer: meanwhile the socket was not read. */
export const SILENT_MS = 5_000
/** The same for a tab that was too slow. */
export const SLOW_MS = 10_000
/** Time that the last batches of a leader have to arrive after its lock, in milliseconds. */
export const GRACE_MS = 100
