import { createEventStream, history, json, useEventStream } from '@headwater/react'

const news = createEventStream('/news', {
  events: { story: json<{ headline: string }>() },
  fold: history(50),
})

export default function Headlines() {
  const { data: stories, ...connection } = useEventStream(news)
  if (connection.status === 'closed' && connection.reason === 'failed')
    return (
      <p role="alert">
        {connection.error?.message} <button onClick={news.open}>Try again</button>
      </p>
    )
  return (
    <ul aria-busy={connection.status !== 'open'}>
      {stories.map(({ id, data }) => (
        <li key={id}>{data.headline}</li>
      ))}
    </ul>
  )
}
