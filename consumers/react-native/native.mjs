// A fake of the native side of React Native and Expo, for a bundle that runs in Node. It has the globals of Hermes and of React
// Native's runtime, and no others. What JavaScript adds to them, from Headers to expo/fetch, is in the bundle and runs as it is.
import { request as send } from 'node:http'
import vm from 'node:vm'

/** Runs a bundle. Returns its globals, and a function that changes the state of the app. */
export function runBundle(code, platform) {
  let appState = 'active'
  const context = vm.createContext({
    ...{ console, setTimeout, clearTimeout, setInterval, clearInterval, TextDecoder, TextEncoder },
    ...{ atob, btoa },
    requestAnimationFrame: (callback) => setTimeout(() => callback(performance.now()), 16),
    cancelAnimationFrame: clearTimeout,
    RN$Bridgeless: true,
    RN$registerCallableModule() {},
    nativeModuleProxy: {},
    nativeFabricUIManager: anyModule(),
    __turboModuleProxy: (name) => modules[name] ?? anyModule(modules[`${name}Constants`]),
  })
  vm.runInContext('globalThis.global = globalThis', context)
  const screen = { width: 400, height: 800, scale: 2, fontScale: 1 }
  const modules = {
    PlatformConstantsConstants: {
      reactNativeVersion: { major: 0, minor: 88, patch: 1, prerelease: null },
      ...{ isTesting: false, Version: 35, osVersion: '18', systemName: 'iOS', interfaceIdiom: 'phone' },
    },
    DeviceInfoConstants: {
      Dimensions: { window: screen, screen, windowPhysicalPixels: screen, screenPhysicalPixels: screen },
    },
    AppState: anyModule(
      { initialAppState: appState },
      { getCurrentAppState: (callback) => callback({ app_state: appState }) },
    ),
    NativePerformanceCxx: anyModule({}, { now: () => performance.now() }),
    NativeMicrotasksCxx: anyModule({}, { queueMicrotask }),
    ExceptionsManager: anyModule(
      {},
      { reportException: ({ message }) => void process.stderr.write(`${message}\n`) },
    ),
    FileReaderModule: anyModule({}, { readAsDataURL: (blob) => blobs.readAsDataURL(blob) }),
  }
  const blobs = fakeBlobs(modules)
  context.expo = expoModules(context)
  vm.runInContext(code, context, { filename: `${platform}.js` })
  return {
    context,
    setAppState(state) {
      appState = state
      context.__rctDeviceEventEmitter.emit('appStateDidChange', { app_state: state })
    },
  }
}

/** A native module whose methods do nothing, except those given. */
function anyModule(constants = {}, methods = {}) {
  const target = { getConstants: () => constants, ...methods }
  return new Proxy(target, { get: (_, name) => target[name] ?? (() => undefined) })
}

/** The native store of React Native's blobs. */
function fakeBlobs(modules) {
  const blobs = new Map()
  modules.BlobModule = anyModule(
    { BLOB_URI_SCHEME: 'blob', BLOB_URI_HOST: null },
    {
      createFromParts: (parts, id) =>
        void blobs.set(
          id,
          Buffer.concat(parts.map(({ data, type }) => (type === 'string' ? Buffer.from(data) : read(data)))),
        ),
      release: (id) => void blobs.delete(id),
    },
  )
  const read = ({ blobId, offset, size }) => blobs.get(blobId).subarray(offset, offset + size)
  return {
    readAsDataURL: async (blob) =>
      `data:${blob.type || 'application/octet-stream'};base64,${read(blob).toString('base64')}`,
  }
}

/** The native part of Expo: emitters, and the requests behind expo/fetch. Its contract is NativeRequest.ts of the package expo. */
function expoModules(context) {
  const { Error, Uint8Array } = vm.runInContext('({ Error, Uint8Array })', context)
  class EventEmitter {
    #listeners = new Map()
    addListener(type, listener) {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
      return { remove: () => this.removeListener(type, listener) }
    }
    removeListener(type, listener) {
      this.#listeners.set(
        type,
        (this.#listeners.get(type) ?? []).filter((each) => each !== listener),
      )
    }
    removeAllListeners(type) {
      this.#listeners.delete(type)
    }
    emit(type, ...args) {
      for (const listener of this.#listeners.get(type) ?? []) listener(...args)
    }
  }
  class SharedObject extends EventEmitter {
    release() {}
  }

  class NativeResponse extends SharedObject {
    state = 'started'
    queued = []
    begin({ statusCode, statusMessage, rawHeaders }, url) {
      const headers = []
      for (let index = 0; index < rawHeaders.length; index += 2)
        headers.push(rawHeaders.slice(index, index + 2))
      this.metadata = { status: statusCode, statusText: statusMessage, url, redirected: false, headers }
    }
    receive(data) {
      if (this.state === 'streaming') this.emit('didReceiveResponseData', new Uint8Array(data))
      else this.queued.push(data)
    }
    end(error) {
      if (this.state === 'streaming' && error) this.emit('didFailWithError', error.message)
      else if (this.state === 'streaming') this.emit('didComplete')
      this.state = error ? 'failed' : 'completed'
      this.emit('readyForJSFinalization')
    }
    async startStreaming() {
      const data = new Uint8Array(Buffer.concat(this.queued))
      if (this.state === 'completed') return data
      if (this.state !== 'started') return null
      this.state = 'streaming'
      this.emit('didReceiveResponseData', data)
      return null
    }
    cancelStreaming() {
      this.state = 'cancelled'
    }
    get _rawHeaders() {
      return this.metadata.headers
    }
  }
  for (const name of ['status', 'statusText', 'url', 'redirected'])
    Object.defineProperty(NativeResponse.prototype, name, {
      configurable: true,
      get() {
        return this.metadata[name]
      },
    })

  class NativeRequest extends SharedObject {
    constructor(response) {
      super()
      this.response = response
    }
    start(url, { method, headers }, body) {
      return new Promise((resolve, reject) => {
        this.request = send(url, { method, headers: Object.fromEntries(headers) }, (incoming) => {
          this.response.begin(incoming, url)
          incoming.on('data', (data) => this.response.receive(data))
          incoming.on('end', () => this.response.end())
          incoming.on('error', (error) => this.response.end(error))
          resolve(this.response)
        })
        this.request.on('error', (error) => reject(new Error(error.message)))
        this.request.end(body ? Buffer.from(body) : undefined)
      })
    }
    cancel() {
      this.request.destroy(new Error('The request was cancelled.'))
    }
  }
  return {
    modules: { ExpoFetchModule: { NativeRequest, NativeResponse } },
    ...{ EventEmitter, SharedObject, SharedRef: SharedObject },
    NativeModule: EventEmitter,
  }
}
