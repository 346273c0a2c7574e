const KEY = Symbol.for('@headwater/server')

/** Returns what this process knows by names. On `globalThis`, because bundlers load a module more than once. */
export const registry = <Value>(): Map<string, Value> =>
  ((globalThis as { [KEY]?: Map<string, never> })[KEY] ??= new Map()) as Map<string, Value>
