const KEY = Symbol.for('@headwater/server')

/** Returns what this process has under names. On `globalThis`, because bundlers load a module more than once. */
export const registry = <Value>(): Map<string, Value> => {
  const known = globalThis as { [KEY]?: Map<string, unknown> }
  return (known[KEY] ??= new Map<string, unknown>()) as Map<string, Value>
}
