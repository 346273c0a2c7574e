/** List of listeners. Replaced with each change, so that a loop over it is not disturbed. */
export interface Listeners<Listener> {
  /** An object for each call of `addListener`, because the same listener may be added twice. */
  current: readonly { readonly listener: Listener }[]
}

/** Adds a listener. Returns a function that removes it. */
export function addListener<Listener>(listeners: Listeners<Listener>, listener: Listener): () => void {
  const entry = { listener }
  listeners.current = [...listeners.current, entry]
  return () => void (listeners.current = listeners.current.filter((other) => other !== entry))
}

/** Returns a function that removes a listener and then releases the stream. */
export function hold(removeListener: () => void, release: (() => void) | undefined): () => void {
  return () => {
    removeListener()
    release?.()
  }
}
