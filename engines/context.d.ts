import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Origin of the server that does for tests in a page what only Node can do. */
    control: string
  }
}
