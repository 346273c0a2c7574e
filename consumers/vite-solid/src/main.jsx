import { createEventSource } from '@headwater/solid'
import { render } from 'solid-js/web'

function Ticker() {
  const ticker = createEventSource('/api/ticker')
  const n = () => (ticker.data ? JSON.parse(ticker.data).n : 0)
  return (
    <p data-status={ticker.status} data-n={n()}>
      {n()}
    </p>
  )
}

render(() => <Ticker />, document.getElementById('root'))
