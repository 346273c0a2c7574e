/** List of listeners. Replaced with each change, so that a loop over it is not disturbed. */
export interface Listeners<Listener> {
  current: readonly Listener[]
}

/** Adds a listener. Returns a function that removes it. */
export function addListener<Listener>(listeners: Listeners<Listener>, listener: Listener): () => void {
  listeners.current = [...listeners.current, listener]
  return () => void (listeners.current = listeners.current.filter((other) => other !== listener))
}
