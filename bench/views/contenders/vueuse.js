import { useEventSource } from '@vueuse/core'
import { createApp, defineComponent, h } from 'vue'

export function mount(target, { url, text }) {
  const View = defineComponent({
    setup() {
      const { data } = useEventSource(url)
      return () => h('p', text({ last: data.value }))
    },
  })
  createApp(View).mount(target)
}
