import { createEventSource } from '@headwater/solid'
import { Match, Show, Switch } from 'solid-js'

export default function Price() {
  const price = createEventSource('/prices/ACME')
  return (
    <Switch
      fallback={
        <p>
          {price.data ?? 'No price yet'}
          <Show when={price.status === 'waiting' && price}>
            {(waiting) => <> · reconnecting in {Math.ceil(waiting().delayMs / 1000)} s</>}
          </Show>
        </p>
      }
    >
      <Match when={price.status === 'closed' && price.reason === 'failed' && price}>
        {(failed) => (
          <p role="alert">
            {failed().error?.message} <button onClick={price.open}>Try again</button>
          </p>
        )}
      </Match>
    </Switch>
  )
}
