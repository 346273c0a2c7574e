import type { LastEventIdStore, Message } from '@headwater/core'
import { acrossTabs } from '@headwater/core/tabs'
import type { Language } from './language.ts'
import { monitors } from './stream-monitor.ts'
import { followRole } from './tabs.ts'
import { sharedApi } from './visitor.ts'

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

const maxStories = 8
/** One connection for all tabs: the news are the same for everybody. */
const share = acrossTabs({ user: null })

/** Returns the URL of the news in a language. */
export const newsUrl = (language: Language): string => sharedApi(`news?lang=${language}`)

/**
 * Returns the options of the news in a language. The last stories are stored in this tab, so that a reload
 * shows them and resumes after the last one.
 */
export function newsOptions(language: Language) {
  const key = `news ${language}`
  const { inspect, onMessage, reset } = monitors.news
  let messages = JSON.parse(sessionStorage.getItem(key) ?? '[]') as readonly StoryMessage[]
  reset()
  for (const message of messages) onMessage(message)
  const lastEventIdStore: LastEventIdStore = {
    get: () => messages.at(-1)?.id,
    // Nothing to do: onMessage stores the last message with its id.
    set: () => {},
  }
  return {
    lastEventIdStore,
    initialData: messages,
    share,
    inspect(step: Parameters<typeof inspect>[0]) {
      inspect(step)
      followRole(step)
    },
    onMessage(message: StoryMessage) {
      onMessage(message)
      messages = [...messages, message].slice(-maxStories)
      sessionStorage.setItem(key, JSON.stringify(messages))
    },
  }
}

export const formatTime = ({ at }: Story) => new Date(at).toLocaleTimeString('en-GB')
