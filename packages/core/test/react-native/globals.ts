import { createContext, runInContext } from 'node:vm'
import type * as core from '../../src/index.ts'
import type * as llm from '../../src/llm/index.ts'
import type { nativePage } from '../../../react/src/native.ts'
import type { ExpoFetch } from './expo-fetch.ts'

/** A realm with the globals of React Native. */
export interface NativeRealm {
  readonly headwater: typeof core & typeof llm & { readonly nativePage: typeof nativePage }
  readonly Uint8Array: Uint8ArrayConstructor
  readonly Error: ErrorConstructor
  fetch: ExpoFetch
}

/**
 * Creates a realm with the globals that Hermes, React Native 0.88 and Expo 58 define, and no others: no `document`, `location`,
 * `addEventListener`, `MessageChannel`, `TransformStream`, storage or events of a page. Whoever reads a missing one by its name gets
 * a ReferenceError. The list is that of the consumer `react-native`, which runs their own code.
 */
export function createNativeRealm(program: string, decoder: typeof TextDecoder = TextDecoder): NativeRealm {
  const context = createContext({
    ...{ console, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, TextEncoder },
    TextDecoder: decoder,
    ...{
      AbortController,
      AbortSignal,
      Blob: NativeBlob,
      FormData,
      Headers: NativeHeaders,
      URL,
      URLSearchParams,
    },
    Response: NativeResponse,
    ReadableStream,
    performance: { now: () => performance.now() },
    requestAnimationFrame: (callback: (time: number) => void) => setTimeout(callback, 16, 0),
    cancelAnimationFrame: clearTimeout,
    navigator: { product: 'ReactNative' },
    process: { env: { NODE_ENV: 'production' } },
  })
  runInContext('globalThis.global = globalThis.window = globalThis.self = globalThis', context)
  runInContext(program, context)
  const { Uint8Array, Error } = runInContext('({ Uint8Array, Error })', context) as NativeRealm
  return Object.assign(context as NativeRealm, { Uint8Array, Error })
}

/** Headers as React Native has them: not checked, and with a map that is visible. */
class NativeHeaders {
  readonly map: { [name: string]: string } = {}
  constructor(init?: HeadersInit | NativeHeaders) {
    if (init instanceof NativeHeaders) init.forEach((value, name) => this.set(name, value))
    else if (Array.isArray(init))
      for (const [name, value] of init as [string, string][]) this.set(name, value)
    else for (const [name, value] of Object.entries(init ?? {})) this.set(name, String(value))
  }
  get(name: string) {
    return this.map[name.toLowerCase()] ?? null
  }
  has(name: string) {
    return name.toLowerCase() in this.map
  }
  set(name: string, value: string) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new TypeError(`Invalid character in header field name: "${name}"`)
    this.map[name.toLowerCase()] = value
  }
  forEach(callback: (value: string, name: string) => void) {
    for (const [name, value] of Object.entries(this.map)) callback(value, name)
  }
  keys() {
    return Object.keys(this.map).values()
  }
}

/** A blob of React Native: no bytes to read, and a type only by its options or `slice`. */
class NativeBlob {
  readonly parts: readonly string[]
  readonly type: string
  constructor(parts: readonly string[] = [], options: { type?: string } = {}) {
    this.parts = parts
    this.type = options.type ?? ''
  }
  get size() {
    return new TextEncoder().encode(this.parts.join('')).length
  }
  slice(_: number, __: number, type = '') {
    return new NativeBlob(this.parts, { type })
  }
}

/** A response of React Native's own fetch: it has no `body`, and its blob has no type. */
class NativeResponse {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  blob() {
    return Promise.resolve(new NativeBlob([this.text]))
  }
}
