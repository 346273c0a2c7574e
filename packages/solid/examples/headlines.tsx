import { createEventStream, fromEventStream, history, json } from '@headwater/solid'
import { For, Show } from 'solid-js'

const stream = createEventStream('/news', {
  events: { story: json<{ headline: string }>() },
  fold: history(50),
})

export default function Headlines() {
  const news = fromEventStream(stream)
  return (
    <Show
      when={news.status === 'closed' && news.reason === 'failed' && news}
      fallback={
        <ul aria-busy={news.status !== 'open'}>
          <For each={news.data}>{({ data }) => <li>{data.headline}</li>}</For>
        </ul>
      }
    >
      {(failed) => (
        <p role="alert">
          {failed().error?.message} <button onClick={news.open}>Try again</button>
        </p>
      )}
    </Show>
  )
}
