import DefaultTheme from 'vitepress/theme-without-fonts'
import type { Theme } from 'vitepress'
import { defineAsyncComponent } from 'vue'
import 'demo-shared/palette.css'
import './style.css'
import './live/live.css'
import Layout from './Layout.vue'

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app }) {
    // A chunk of its own: pages without a live example do not load it.
    app.component(
      'LiveStream',
      defineAsyncComponent(() => import('./live/LiveStream.vue')),
    )
  },
} satisfies Theme
