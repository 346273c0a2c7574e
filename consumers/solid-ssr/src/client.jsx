import { hydrate } from 'solid-js/web'
import { Ticker } from './ticker.jsx'

hydrate(() => <Ticker />, document.getElementById('root'))
