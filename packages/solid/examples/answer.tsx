import { createEventSource } from '@headwater/solid'
import { chatRequest, openai } from '@headwater/solid/llm'
import { Match, Switch } from 'solid-js'

export default function Answer(props: { question: string; onDone?: (text: string) => void }) {
  const answer = createEventSource('/v1/chat/completions', () => ({
    ...chatRequest({ model: 'a-model', messages: [{ role: 'user', content: props.question }] }),
    headers: { authorization: 'Bearer a-token' },
    fold: openai(),
    onClose: ({ reason, error, data }) => reason === 'ended' && !error && props.onDone?.(data.text),
  }))
  return (
    <Switch
      fallback={
        <p>
          {answer.data.text || '…'} <button onClick={answer.close}>Stop</button>
        </p>
      }
    >
      <Match when={answer.status === 'closed' && answer.reason === 'failed' && answer}>
        {(failed) => (
          <p role="alert">
            {answer.data.text} {failed().error?.message} <button onClick={answer.open}>Ask again</button>
          </p>
        )}
      </Match>
      <Match when={answer.status === 'closed' && answer}>
        {(closed) => (
          <p>
            {answer.data.text} {closed().reason === 'closed' || closed().error ? '[cut off]' : ''}
          </p>
        )}
      </Match>
    </Switch>
  )
}
