import assert from 'node:assert/strict'
import { createEventStream } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import { createFakeServer } from '@headwater/core/testing'

const ids = []
for await (const message of createEventStream(process.env.STREAM_URL)) {
  ids.push(Number(message.id))
  if (ids.length === 5) break
}
assert.deepEqual(
  ids,
  ids.map((_, index) => ids[0] + index),
)
assert.equal(typeof createParser, 'function')
assert.equal(typeof createFakeServer, 'function')
await assert.rejects(import('@headwater/core/dist/src/index.ts'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
