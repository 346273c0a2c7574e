import { json, StreamScope, useEventSource } from '@headwater/react'
import { chatRequest, openai } from '@headwater/react/llm'
import { nativePage } from '@headwater/react/native'
import { fetch } from 'expo/fetch'
import { AppState, Platform, Text } from 'react-native'

const defaults = { fetch, page: nativePage({ AppState, Platform }), pauseWhenHiddenMs: 0 }
const events = { message: json() }

function Ticker({ url, onMessage, onSnapshot }) {
  const ticker = useEventSource(url, { events, onMessage })
  onSnapshot(ticker)
  return <Text>{ticker.data?.n ?? ticker.status}</Text>
}

function Answer({ url, onSnapshot }) {
  const answer = useEventSource(url, {
    ...chatRequest({ model: 'a-model', messages: [{ role: 'user', content: '你好' }] }),
    fold: openai(),
  })
  onSnapshot(answer)
  return <Text>{answer.data.text || answer.status}</Text>
}

export function App({ answers, ...props }) {
  return (
    <StreamScope defaults={defaults}>{answers ? <Answer {...props} /> : <Ticker {...props} />}</StreamScope>
  )
}
