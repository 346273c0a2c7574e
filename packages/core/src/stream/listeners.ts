/** Who is told of something: a list that is made anew with each change, so that it stays the same while they are told. */
export interface Listeners<Listener> {
  now: readonly Listener[]
}

/** Adds one who is told; what it returns takes it off again. */
export function add<Listener>(listeners: Listeners<Listener>, listener: Listener): () => void {
  listeners.now = [...listeners.now, listener]
  return () => void (listeners.now = listeners.now.filter((other) => other !== listener))
}
