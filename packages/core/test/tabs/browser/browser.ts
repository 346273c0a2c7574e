/** A browser with tabs, as a test drives it. */
export interface Browser {
  /** Name and version. */
  readonly name: string
  /** Address of an origin that is not secure, at a port. */
  insecureOrigin(port: number): string
  /** Opens a tab, in the window that was opened last or in a new one. */
  newTab(url: string, isWindow?: boolean): Promise<Tab>
  /** Ends the browser with all its processes. */
  close(): Promise<void>
}

/** A tab. Its commands return when the browser has them, not when the page has loaded. */
export interface Tab {
  evaluate<Result>(expression: string): Promise<Result>
  /** Puts the tab in front: it becomes visible, and the one that was visible becomes hidden. */
  show(): Promise<void>
  open(url: string): Promise<void>
  reload(): Promise<void>
  back(): Promise<void>
  close(): Promise<void>
  /** Ends the page's process. `open` loads a page again. */
  crash(): Promise<void>
  /** Freezes a hidden page as the browser does to save memory: the page gets the event, then none of its tasks run. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Stops the page's process at any point, without an event. Returns the time. */
  stop(): Promise<number>
  continue(): Promise<void>
}
