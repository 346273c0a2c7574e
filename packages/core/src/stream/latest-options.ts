import type { AttemptContext, StreamUrl } from '../options.ts'

/**
 * Returns a function that reads a value again with each call. Once `isCurrent` returns false, because the component has switched
 * to another stream, it returns the last value: this stream must not send headers that are meant for the other one.
 */
export function latest<Value>(read: () => Value, isCurrent: () => boolean): () => Value {
  let last = read()
  return () => (isCurrent() ? (last = read()) : last)
}

/** Returns the URL of a stream. If it is a function, the latest one is called for each attempt. */
export function latestUrl(read: () => StreamUrl | null | undefined): StreamUrl | undefined {
  const first = read() || undefined
  if (typeof first !== 'function') return first
  return (context: AttemptContext) => {
    const url = read() || first
    return typeof url === 'function' ? url(context) : url
  }
}
