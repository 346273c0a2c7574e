interface Scope {
  [name: string]: unknown
  process?: { getBuiltinModule?(name: 'node:vm'): { runInThisContext(code: string): unknown } }
}

/**
 * Defines the globals that a stream in a test needs and that Jest's jsdom environment lacks. They are those of Node, outside that
 * environment. Does nothing where they exist.
 */
export function defineMissingGlobals(scope = globalThis as Scope): void {
  for (const name of ['ReadableStream', 'Response', 'TextDecoder', 'TextEncoder'])
    scope[name] ??= scope.process?.getBuiltinModule?.('node:vm').runInThisContext(name)
}
