import { type Contender, type ContenderProps, testContenders } from 'conformance/contenders'
import { join } from 'node:path'
import { createElement, type FunctionComponent, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { useSSE } from 'react-eventsource'
import { history, useEventSource } from '../src/index.ts'

function contender(name: string, useText: (props: ContenderProps) => string | null | undefined): Contender {
  const View: FunctionComponent<ContenderProps> = (props) => {
    const text = useText(props)
    props.onRender(props.url, text)
    return text
  }
  return {
    name,
    mount(props) {
      const root = createRoot(document.createElement('div'))
      const render = (url: string) => root.render(createElement(View, { ...props, url }))
      render(props.url)
      return { setUrl: render, unmount: () => root.unmount() }
    },
  }
}

testContenders(join(import.meta.dirname, '../README.md'), [
  contender('Headwater', ({ url, headers, onMessage }) => {
    const { data } = useEventSource(url, {
      headers,
      fold: history(50),
      onMessage: (message) => onMessage(message.data),
    })
    return data.at(-1)?.data
  }),
  contender('react-eventsource', ({ url, headers, onMessage }) => {
    const [text, setText] = useState<string>()
    useSSE({
      url,
      headers,
      onMessage: ({ data }: { data: string }) => {
        onMessage(data)
        setText(data)
      },
    })
    return text
  }),
  contender('useEffect by hand', ({ url, onMessage }) => {
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
])
