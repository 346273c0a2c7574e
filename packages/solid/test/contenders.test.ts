import { type Contender, type ContenderProps, testContenders } from 'conformance/contenders'
import { join } from 'node:path'
import { createEffect, createRoot, createSignal, onCleanup } from 'solid-js'
import { createEventSource } from '../src/index.ts'

function contender(
  name: string,
  createText: (url: () => string, props: ContenderProps) => () => string | null | undefined,
): Contender {
  return {
    name,
    mount: (props) =>
      createRoot((unmount) => {
        const [url, setUrl] = createSignal(props.url)
        const text = createText(url, props)
        createEffect(() => props.onRender(url(), text()))
        return { setUrl, unmount }
      }),
  }
}

testContenders(join(import.meta.dirname, '../README.md'), [
  contender('Headwater', (url, { headers, onMessage }) => {
    const price = createEventSource(url, { headers, onMessage: ({ data }) => onMessage(data) })
    return () => price.data
  }),
  contender('createEffect by hand', (url, { onMessage }) => {
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
])
