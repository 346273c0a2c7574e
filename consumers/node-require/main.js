const assert = require('node:assert/strict')
const { createEventStream } = require('@headwater/core')
const { createParser } = require('@headwater/core/parser')
const { useEventSource } = require('@headwater/react')

const stream = createEventStream(process.env.STREAM_URL)
let count = 0
stream.onMessage(({ id, data }) => {
  assert.equal(JSON.parse(data).n, Number(id))
  count += 1
  if (count === 5) stream.close()
})
const leave = stream.subscribe(() => {
  if (stream.getSnapshot().status !== 'closed') return
  leave()
  assert.equal(count, 5)
})
assert.equal(typeof createParser, 'function')
assert.equal(typeof useEventSource, 'function')
process.on('exit', () => assert.equal(count, 5))
