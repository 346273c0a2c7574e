import { useEventSource as useVueUse } from '@vueuse/core'
import { createElement, type FunctionComponent, useEffect, useState } from 'react'
import { createRoot as createReactRoot } from 'react-dom/client'
import { useSSE as useHookPackage } from 'react-eventsource'
import { createEffect, createRoot, createSignal, onCleanup } from 'solid-js'
import { derived, type Readable, writable } from 'svelte/store'
import { createApp, defineComponent, h, shallowReactive, watch } from 'vue'
import { history, useEventSource } from '../../react/src/index.ts'
import { createEventSource } from '../../solid/src/index.ts'
import { eventSource } from '../../svelte/src/index.ts'
import { useSSE } from '../../vue/src/index.ts'

/** A component on a page, by one library or another. */
export interface Instance {
  setUrl(url: string): void
  unmount(): void
}

/** What it is told, and what it tells. */
interface Script {
  url: string
  /** What is to be called with each message, written inline as people do. */
  heard(data: string): void
  /** Called with what is shown under which url. */
  shown(url: string, data: string | null | undefined): void
}

export interface Contender {
  readonly name: string
  readonly view: 'react' | 'vue' | 'svelte' | 'solid'
  mount(script: Script): Instance
}

/** What each is asked to send; who cannot is not. */
const headers = { authorization: 'Bearer mine' }

function react(name: string, useText: (script: Script) => string | null | undefined): Contender {
  const View: FunctionComponent<Script> = (script) => {
    const text = useText(script)
    script.shown(script.url, text)
    return text
  }
  return {
    name,
    view: 'react',
    mount(script) {
      const root = createReactRoot(document.createElement('div'))
      const render = (url: string) => root.render(createElement(View, { ...script, url }))
      render(script.url)
      return { setUrl: render, unmount: () => root.unmount() }
    },
  }
}

function vue(name: string, useText: (script: Script) => { value: string | null | undefined }): Contender {
  return {
    name,
    view: 'vue',
    mount(script) {
      const props = shallowReactive({ ...script })
      const View = defineComponent(() => {
        const text = useText(props)
        return () => {
          script.shown(props.url, text.value)
          return h('p', text.value ?? '')
        }
      })
      const app = createApp(View)
      app.mount(document.createElement('div'))
      return { setUrl: (url) => void (props.url = url), unmount: () => app.unmount() }
    },
  }
}

function svelte(
  name: string,
  makeStore: (url: Readable<string>, script: Script) => Readable<string | null | undefined>,
): Contender {
  return {
    name,
    view: 'svelte',
    mount(script) {
      const url = writable(script.url)
      const page = derived([url, makeStore(url, script)], (both) => both)
      // As in a component, which shows both together once they are up to date.
      const newest: { page?: [string, string | null | undefined] } = {}
      const unmount = page.subscribe((both) => {
        newest.page = both
        queueMicrotask(() => script.shown(...newest.page!))
      })
      return { setUrl: url.set, unmount }
    },
  }
}

function solid(
  name: string,
  makeText: (url: () => string, script: Script) => () => string | null | undefined,
): Contender {
  return {
    name,
    view: 'solid',
    mount: (script) =>
      createRoot((unmount) => {
        const [url, setUrl] = createSignal(script.url)
        const text = makeText(url, script)
        createEffect(() => script.shown(url(), text()))
        return { setUrl, unmount }
      }),
  }
}

export const contenders: Contender[] = [
  react('Headwater', ({ url, heard }) => {
    const { data } = useEventSource(url, {
      headers,
      fold: history(50),
      onMessage: (message) => heard(message.data),
    })
    return data.at(-1)?.data
  }),
  react('react-eventsource', ({ url, heard }) => {
    const [text, setText] = useState<string>()
    useHookPackage({
      url,
      headers,
      onMessage: ({ data }: { data: string }) => {
        heard(data)
        setText(data)
      },
    })
    return text
  }),
  react('useEffect by hand', ({ url, heard }) => {
    const [text, setText] = useState<string>()
    useEffect(() => {
      const source = new EventSource(url)
      source.addEventListener('message', ({ data }) => {
        heard(data)
        setText(data)
      })
      return () => source.close()
      // With the callback, as the rule asks for, each render would connect anew.
      // oxlint-disable-next-line react-hooks/exhaustive-deps
    }, [url])
    return text
  }),

  vue(
    'Headwater',
    (script) =>
      useSSE(
        () => script.url,
        () => ({ headers, onMessage: ({ data }) => script.heard(data) }),
      ).data,
  ),
  vue('VueUse useEventSource', (script) => {
    const { data } = useVueUse(() => script.url)
    watch(data, (text) => script.heard(String(text)))
    return data
  }),

  svelte('Headwater', (url, { heard }) => {
    const price = eventSource(url, { headers, onMessage: ({ data }) => heard(data) })
    return derived(price, ({ data }) => data)
  }),
  svelte('a store by hand', (url, { heard }) =>
    derived<Readable<string>, string | undefined>(url, (address, set) => {
      const source = new EventSource(address)
      source.addEventListener('message', ({ data }) => {
        heard(data)
        set(data)
      })
      return () => source.close()
    }),
  ),

  solid('Headwater', (url, { heard }) => {
    const price = createEventSource(url, { headers, onMessage: ({ data }) => heard(data) })
    return () => price.data
  }),
  solid('createEffect by hand', (url, { heard }) => {
    const [text, setText] = createSignal<string>()
    createEffect(() => {
      const source = new EventSource(url())
      source.addEventListener('message', ({ data }) => {
        heard(data)
        setText(data)
      })
      onCleanup(() => source.close())
    })
    return text
  }),
]
