// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { createEventStream, history } from '@headwater/core'
import { openai } from '@headwater/core/llm'
import { createParser } from '@headwater/core/parser'
import { acrossTabs } from '@headwater/core/tabs'
import { createFakeClock } from '@headwater/core/testing'

export const stream = createEventStream('/news', { fold: history(5), clock: createFakeClock() })
export const role: string | undefined = createEventStream('/news', {
  share: acrossTabs({ user: null }),
}).getSnapshot().role
// @ts-expect-error: without a user
acrossTabs({})
export const first: string | undefined = stream.getSnapshot().data[0]?.data
export const answer: string = createEventStream('/a', { fold: openai() }).getSnapshot().data.text
createParser({ onMessage: (message) => message.data.length })
