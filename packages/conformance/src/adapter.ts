import type { AnyMessage, BoundStreamOptions, EventStream, Schemas, Snapshot } from '@headwater/core'

/** What a component shows: a stream that it asks for, or one that was made elsewhere. */
export interface Ask {
  readonly url?: Url
  readonly options?: BoundStreamOptions<unknown, Schemas>
  readonly stream?: EventStream<unknown, AnyMessage>
  /** Called with what the component shows, each time that it renders. */
  readonly seen?: (snapshot: Snapshot<unknown>) => void
}

type Url = string | URL | null | undefined | ((context: { readonly attempt: number }) => string)

/** A page of components: those in the scope of the page, and groups that have a scope of their own. */
export interface Page {
  readonly asks?: readonly Ask[]
  readonly scopes?: readonly (readonly Ask[])[]
}

/** A page on the screen. */
export interface Mounted {
  readonly element: Element
  update(page: Page): void
  unmount(): unknown
}

/** How one view library does it. */
export interface Adapter {
  readonly name: string
  /** The folder of its tests, whose `server.ts` exports `render(page)`. */
  readonly folder: string
  /** What its server is told beside the page. */
  readonly props?: { readonly [name: string]: unknown }
  mount(page: Page): Mounted
  hydrate(page: Page, html: string): Mounted
  /** Does something, and lets the library show what came of it. */
  act(work: () => unknown): Promise<void>
}
