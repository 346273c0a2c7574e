import { isBrowser } from './page.ts'

/** Channel to the other tabs, as a `BroadcastChannel`. */
export interface TabChannel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  close(): void
}

/** Locks that all tabs share, as Web Locks. */
export interface TabLocks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean; readonly ifAvailable?: boolean },
    callback: (lock: unknown) => unknown,
  ): Promise<unknown>
  query(): Promise<{ readonly held?: readonly { readonly name?: string; readonly clientId?: string }[] }>
}

/** Means by which tabs find each other. Injectable for tests. */
export interface TabsPlatform {
  /** `undefined` where there are none: in an insecure context, and outside browsers. */
  readonly locks: TabLocks | undefined
  /** Opens a channel; `undefined` where there are none. Throws if the browser blocks it. */
  readonly openChannel: ((name: string) => TabChannel) | undefined
  /** Returns true if the page is visible. True in a worker. */
  isVisible(): boolean
}

/** Means of the browser. */
export const systemTabs: TabsPlatform = {
  get locks(): TabLocks | undefined {
    return isBrowser() ? (globalThis.navigator?.locks as TabLocks | undefined) : undefined
  },
  get openChannel(): TabsPlatform['openChannel'] {
    return typeof BroadcastChannel === 'function' ? (name) => new BroadcastChannel(name) : undefined
  },
  isVisible: (): boolean => globalThis.document?.visibilityState !== 'hidden',
}
