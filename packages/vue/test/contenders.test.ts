import { useEventSource } from '@vueuse/core'
import { type Contender, type ContenderProps, testContenders } from 'conformance/contenders'
import { join } from 'node:path'
import { createApp, defineComponent, h, shallowReactive, watch } from 'vue'
import { useSSE } from '../src/index.ts'

function contender(
  name: string,
  useText: (props: ContenderProps) => { value: string | null | undefined },
): Contender {
  return {
    name,
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

testContenders(join(import.meta.dirname, '../README.md'), [
  contender(
    'Headwater',
    (props) =>
      useSSE(
        () => props.url,
        () => ({ headers: props.headers, onMessage: ({ data }) => props.onMessage(data) }),
      ).data,
  ),
  contender('VueUse useEventSource', (props) => {
    const { data } = useEventSource(() => props.url)
    watch(data, (text) => props.onMessage(String(text)))
    return data
  }),
])
