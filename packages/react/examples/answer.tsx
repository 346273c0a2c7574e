import { useEventSource } from '@headwater/react'
import { chatRequest, openai } from '@headwater/react/llm'

export default function Answer(props: { question: string; onDone?: (text: string) => void }) {
  const answer = useEventSource('/v1/chat/completions', {
    ...chatRequest({ model: 'a-model', messages: [{ role: 'user', content: props.question }] }),
    headers: { authorization: 'Bearer a-token' },
    fold: openai(),
    onClose: ({ reason, error, data }) => reason === 'ended' && !error && props.onDone?.(data.text),
  })
  const { text } = answer.data
  if (answer.status === 'closed' && answer.reason === 'failed')
    return (
      <p role="alert">
        {text} {answer.error?.message} <button onClick={answer.open}>Ask again</button>
      </p>
    )
  if (answer.status === 'closed')
    return <p>{answer.reason === 'ended' && !answer.error ? text : `${text} [cut off]`}</p>
  return (
    <p>
      {text || '…'} <button onClick={answer.close}>Stop</button>
    </p>
  )
}
