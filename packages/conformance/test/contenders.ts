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

/** A mounted component. */
export interface MountedComponent {
  setUrl(url: string): void
  unmount(): void
}

interface Props {
  url: string
  /** Called for each message. Passed inline, as in most applications. */
  onMessage(data: string): void
  /** Called on each render with the URL and the data. */
  onRender(url: string, data: string | null | undefined): void
}

/** One way to use an event stream in a component. */
export interface Contender {
  readonly name: string
  readonly view: 'react' | 'vue' | 'svelte' | 'solid'
  mount(props: Props): MountedComponent
}

/** Sent by each contender that can send headers. */
const headers = { authorization: 'Bearer mine' }

function react(name: string, useText: (props: Props) => string | null | undefined): Contender {
  const View: FunctionComponent<Props> = (props) => {
    const text = useText(props)
    props.onRender(props.url, text)
    return text
  }
  return {
    name,
    view: 'react',
    mount(props) {
      const root = createReactRoot(document.createElement('div'))
      const render = (url: string) => root.render(createElement(View, { ...props, url }))
      render(props.url)
      return { setUrl: render, unmount: () => root.unmount() }
    },
  }
}

function vue(name: string, useText: (props: Props) => { value: string | null | undefined }): Contender {
  return {
    name,
    view: 'vue',
    mount(initial) {
      const props = shallowReactive({ ...initial })
      const View = defineComponent(() => {
        const text = useText(props)
        return () => {
          props.onRender(props.url, text.value)
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
  createStore: (url: Readable<string>, props: Props) => Readable<string | null | undefined>,
): Contender {
  return {
    name,
    view: 'svelte',
    mount(props) {
      const url = writable(props.url)
      const view = derived([url, createStore(url, props)], (values) => values)
      // Renders in a microtask, as a component does: when both stores are up to date.
      const latest: { values?: [string, string | null | undefined] } = {}
      const unmount = view.subscribe((values) => {
        latest.values = values
        queueMicrotask(() => props.onRender(...latest.values!))
      })
      return { setUrl: url.set, unmount }
    },
  }
}

function solid(
  name: string,
  createText: (url: () => string, props: Props) => () => string | null | undefined,
): Contender {
  return {
    name,
    view: 'solid',
    mount: (props) =>
      createRoot((unmount) => {
        const [url, setUrl] = createSignal(props.url)
        const text = createText(url, props)
        createEffect(() => props.onRender(url(), text()))
        return { setUrl, unmount }
      }),
  }
}

export const contenders: Contender[] = [
  react('Headwater', ({ url, onMessage }) => {
    const { data } = useEventSource(url, {
      headers,
      fold: history(50),
      onMessage: (message) => onMessage(message.data),
    })
    return data.at(-1)?.data
  }),
  react('react-eventsource', ({ url, onMessage }) => {
    const [text, setText] = useState<string>()
    useHookPackage({
      url,
      headers,
      onMessage: ({ data }: { data: string }) => {
        onMessage(data)
        setText(data)
      },
    })
    return text
  }),
  react('useEffect by hand', ({ url, onMessage }) => {
    const [text, setText] = useState<string>()
    useEffect(() => {
      const source = new EventSource(url)
      source.addEventListener('message', ({ data }) => {
        onMessage(data)
        setText(data)
      })
      return () => source.close()
      // With the callback in the list, as the rule requires, each render would reconnect.
      // oxlint-disable-next-line react-hooks/exhaustive-deps
    }, [url])
    return text
  }),

  vue(
    'Headwater',
    (props) =>
      useSSE(
        () => props.url,
        () => ({ headers, onMessage: ({ data }) => props.onMessage(data) }),
      ).data,
  ),
  vue('VueUse useEventSource', (props) => {
    const { data } = useVueUse(() => props.url)
    watch(data, (text) => props.onMessage(String(text)))
    return data
  }),

  svelte('Headwater', (url, { onMessage }) => {
    const price = eventSource(url, { headers, onMessage: ({ data }) => onMessage(data) })
    return derived(price, ({ data }) => data)
  }),
  svelte('a store by hand', (url, { onMessage }) =>
    derived<Readable<string>, string | undefined>(url, (address, set) => {
      const source = new EventSource(address)
      source.addEventListener('message', ({ data }) => {
        onMessage(data)
        set(data)
      })
      return () => source.close()
    }),
  ),

  solid('Headwater', (url, { onMessage }) => {
    const price = createEventSource(url, { headers, onMessage: ({ data }) => onMessage(data) })
    return () => price.data
  }),
  solid('createEffect by hand', (url, { onMessage }) => {
    const [text, setText] = createSignal<string>()
    createEffect(() => {
      const source = new EventSource(url())
      source.addEventListener('message', ({ data }) => {
        onMessage(data)
        setText(data)
      })
      onCleanup(() => source.close())
    })
    return text
  }),
]
