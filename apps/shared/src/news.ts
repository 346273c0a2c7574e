import type { LastEventIdStore, Message } from '@headwater/core'
import type { Language } from './language.ts'
import { api } from './visitor.ts'
import { watches } from './watch.ts'

export interface Story {
  readonly n: number
  readonly headline: string
  readonly at: number
  readonly corrects?: number
}

type StoryMessage = Omit<Message, 'data' | 'type'> & {
  readonly type: 'story' | 'correction'
  readonly data: Story
}

const shown = 8

/** The news in a language, and what this tab remembers of them: the stories that it showed, and the last id. */
export function openNews(language: Language) {
  const key = `news ${language}`
  const { inspect, onMessage, clear } = watches.news
  let messages = JSON.parse(sessionStorage.getItem(key) ?? '[]') as readonly StoryMessage[]
  clear()
  for (const message of messages) onMessage(message)
  const lastEventIdStore: LastEventIdStore = {
    get: () => messages.at(-1)?.id,
    // The id is that of the last story, which is kept with it.
    set: () => {},
  }
  return {
    url: api(`news?lang=${language}`),
    lastEventIdStore,
    initialData: messages,
    inspect,
    onMessage(message: StoryMessage) {
      onMessage(message)
      messages = [...messages, message].slice(-shown)
      sessionStorage.setItem(key, JSON.stringify(messages))
    },
  }
}

export const timeOf = ({ at }: Story) => new Date(at).toLocaleTimeString('en-GB')
