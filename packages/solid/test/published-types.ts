// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { createEventSource, history, type SseError } from '@headwater/solid'

const news = createEventSource(() => undefined, { fold: history(5) })
export const error: SseError | undefined = news.status === 'waiting' ? news.error : undefined
