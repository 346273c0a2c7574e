import { useSSE } from '@headwater/vue'
import { createApp, defineComponent, h } from 'vue'

export function mount(target, { url, fold, text }) {
  const View = defineComponent({
    setup() {
      const { data } = useSSE(url, { fold })
      return () => h('p', text(data.value))
    },
  })
  createApp(View).mount(target)
}
