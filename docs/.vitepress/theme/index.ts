import DefaultTheme from 'vitepress/theme-without-fonts'
import type { Theme } from 'vitepress'
import { defineAsyncComponent, hydrateOnVisible } from 'vue'
import 'demo-shared/palette.css'
import 'demo-shared/status.css'
import './style.css'
import './live/live.css'
import Layout from './Layout.vue'

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app }) {
    // A chunk of its own, which is loaded once the example can be seen.
    app.component(
      'LiveStream',
      defineAsyncComponent({ loader: () => import('./live/LiveStream.vue'), hydrate: hydrateOnVisible() }),
    )
  },
} satisfies Theme
