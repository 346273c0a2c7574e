import { createEventSource } from '@headwater/solid'
import { render } from 'solid-js/web'
import { Price } from './price.tsx'
import { Price as OwnPrice } from './readme.jsx'

function Ticker() {
  const ticker = createEventSource('/api/ticker')
  const n = () => (ticker.data ? JSON.parse(ticker.data).n : 0)
  return (
    <p data-status={ticker.status} data-n={n()}>
      {n()}
    </p>
  )
}

render(() => <OwnPrice symbol="NILE" />, document.getElementById('readme'))
render(() => <Price />, document.getElementById('example'))
render(() => <Ticker />, document.getElementById('root'))
