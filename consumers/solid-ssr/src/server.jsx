import { generateHydrationScript, renderToString } from 'solid-js/web'
import { Ticker } from './ticker.jsx'

export const render = () => ({ page: renderToString(() => <Ticker />), hydration: generateHydrationScript() })
