// Compiled by scripts/published-types.mjs against the published package, under each supported version of TypeScript.
import { EventSource } from '@headwater/compat/event-source'
import { fetchEventSource } from '@headwater/compat/fetch-event-source'

new EventSource('/a').addEventListener('message', (event) => event.lastEventId.length)
void fetchEventSource('/a', { onmessage: ({ data }) => data.length })
