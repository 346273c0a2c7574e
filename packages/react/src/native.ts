import type { Page } from '@headwater/core'

/** The part of React Native's `AppState` that a page reads. */
export interface AppStateLike {
  readonly currentState: string | null | undefined
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void }
}

/** The part of `@react-native-community/netinfo` that a page reads. Its listener is called at once with the current state. */
export interface NetInfoLike {
  addEventListener(listener: (state: { readonly isConnected: boolean | null }) => void): () => void
}

/** Modules of React Native that {@link nativePage} reads. */
export interface NativeModules {
  /** `AppState` of `react-native`. */
  readonly AppState: AppStateLike
  /** `Platform` of `react-native`. */
  readonly Platform: { readonly OS: string }
  /** The default export of `@react-native-community/netinfo`. Default: the network is not observed. */
  readonly NetInfo?: NetInfoLike | undefined
}

/**
 * Creates the `page` option of streams in a React Native app, from the state of the app and of the network.
 *
 * In the background, iOS suspends the app and breaks its sockets: the stream is `paused` with the reason `frozen`, and connects
 * again in the foreground, from the last id. The other platforms let the app run for some time: there, the background is a hidden
 * page, which stays connected unless `pauseWhenHiddenMs` is set. A POST that may not be sent again is never aborted. Without a
 * network, the stream is `paused` with the reason `offline`.
 *
 * The modules are arguments, so this package imports nothing of React Native. A stream needs an absolute URL and a `fetch` that
 * streams, such as that of `expo/fetch`.
 *
 * @example
 * ```ts
 * import { type NativeModules, nativePage } from '@headwater/react/native'
 *
 * declare const AppState: NativeModules['AppState'] // import { AppState, Platform } from 'react-native'
 * declare const Platform: NativeModules['Platform']
 *
 * const page = nativePage({ AppState, Platform }) // for an option of a stream, or for <StreamScope defaults={{ page }}>
 * ```
 */
export function nativePage({ AppState, Platform, NetInfo }: NativeModules): Page {
  // An app on iOS is `inactive` under the notification center, and still shows.
  const isHidden = () => AppState.currentState === 'background'
  const reason = Platform.OS === 'ios' ? 'frozen' : 'hidden'
  return {
    showsFrames: () => !isHidden(),
    address: () => undefined,
    observe(listener) {
      let hidden = false
      let offline = false
      const update = (state: string | null | undefined) => {
        if (hidden !== (hidden = state === 'background')) listener(reason, hidden)
      }
      update(AppState.currentState)
      const subscription = AppState.addEventListener('change', update)
      const unobserveNetwork = NetInfo?.addEventListener(({ isConnected }) => {
        // `null` is unknown.
        if (offline !== (offline = isConnected === false)) listener('offline', offline)
      })
      return () => {
        subscription.remove()
        unobserveNetwork?.()
      }
    },
  }
}
