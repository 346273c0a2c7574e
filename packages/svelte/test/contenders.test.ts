import { type Contender, type ContenderProps, testContenders } from 'conformance/contenders'
import { join } from 'node:path'
import { derived, type Readable, writable } from 'svelte/store'
import { eventSource } from '../src/index.ts'

function contender(
  name: string,
  createStore: (url: Readable<string>, props: ContenderProps) => Readable<string | null | undefined>,
): Contender {
  return {
    name,
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

testContenders(join(import.meta.dirname, '../README.md'), [
  contender('Headwater', (url, { headers, onMessage }) => {
    const price = eventSource(url, { headers, onMessage: ({ data }) => onMessage(data) })
    return derived(price, ({ data }) => data)
  }),
  contender('a store by hand', (url, { onMessage }) =>
    derived<Readable<string>, string | undefined>(url, (address, set) => {
      const source = new EventSource(address)
      source.addEventListener('message', ({ data }) => {
        onMessage(data)
        set(data)
      })
      return () => source.close()
    }),
  ),
])
