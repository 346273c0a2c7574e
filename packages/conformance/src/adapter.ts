import type {
  AnyMessage,
  BoundStreamOptions,
  EventStream,
  Schemas,
  Snapshot,
  StreamDefaults,
} from '@headwater/core'

/** Props of one component of a test page. It shows the stream of a URL, or an existing stream. */
export interface ViewProps {
  readonly url?: Url
  /**
   * Returns the URL instead of `url`. A component that renders again calls it with each rendering. One that runs once calls it
   * with a number that grows with each change of its status or data.
   */
  readonly changingUrl?: (count?: number) => string
  readonly options?: BoundStreamOptions<unknown, Schemas>
  readonly stream?: EventStream<unknown, AnyMessage>
  /** Called on each render, with the snapshot that the component renders. */
  readonly onRender?: (snapshot: Snapshot<unknown>) => void
}

type Url = string | URL | null | undefined | ((context: { readonly attempt: number }) => string)

/** Components of a test page. */
export interface Page {
  /** Components in the scope of the page. */
  readonly views?: readonly ViewProps[]
  /** Groups of components; each group has its own scope. */
  readonly scopes?: readonly (readonly ViewProps[])[]
  /** Defaults of these scopes. With several, each group has as many nested scopes, the first one outermost. */
  readonly defaults?: readonly StreamDefaults[]
}

/** A page that a view library has rendered into the document. */
export interface MountedPage {
  readonly element: Element
  update(page: Page): void
  unmount(): unknown
}

/** Connects the conformance suite to a view library. */
export interface Adapter {
  readonly name: string
  /** URL of the adapter's module. `server.ts` in the same folder exports `render(page)`. */
  readonly url: string
  /** Extra properties of the page that `render` receives. Default none. */
  readonly serverProps?: { readonly [name: string]: unknown }
  /** Renders a page into the document. */
  mount(page: Page): MountedPage
  /** Hydrates a page from the HTML that a server rendered. */
  hydrate(page: Page, html: string): MountedPage
  /** Runs `work` and waits until the view library has rendered the result. */
  act(work: () => unknown): Promise<void>
}
