import assert from 'node:assert/strict'
import { createEventStream, history, type Message, type SseError } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import { createFakeClock } from '@headwater/core/testing'

const stream = createEventStream(process.env['STREAM_URL'] ?? '', { fold: history(3) })
const messages: Message[] = []
for await (const message of stream) {
  messages.push(message)
  if (messages.length === 5) break
}
// An id is an epoch and a number that counts up.
const numberOf = (id = '') => Number(id.split('-')[1])
assert.ok(numberOf(messages[0]?.id) > 0)
assert.deepEqual(
  messages.map(({ id }) => numberOf(id)),
  messages.map((_, index) => numberOf(messages[0]?.id) + index),
)
const snapshot = stream.getSnapshot()
export const kept: readonly Message[] = snapshot.data
export const why = (): SseError | undefined => (snapshot.status === 'waiting' ? snapshot.error : undefined)
createParser({ onMessage: ({ data }) => data.length })
createFakeClock()
// @ts-expect-error: a misspelt option
export const wrong = () => createEventStream('/news', { header: {} })
