import assert from 'node:assert/strict'
import { EventSource } from '@headwater/compat/event-source'
import { createEventStream } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import { createFakeServer } from '@headwater/core/testing'

const ids = []
for await (const message of createEventStream(process.env.STREAM_URL)) {
  // An id is an epoch and a number that counts up.
  ids.push(Number(message.id.split('-')[1]))
  if (ids.length === 5) break
}
assert.ok(ids[0] > 0)
assert.deepEqual(
  ids,
  ids.map((_, index) => ids[0] + index),
)
const source = new EventSource(process.env.STREAM_URL)
const { data } = await new Promise((resolve) => source.addEventListener('message', resolve))
source.close()
assert.ok(JSON.parse(data).n > 0)

assert.equal(typeof createParser, 'function')
assert.equal(typeof createFakeServer, 'function')
await assert.rejects(import('@headwater/core/src/index.ts'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
