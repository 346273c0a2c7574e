const assert = require('node:assert/strict')
const { createEventStream } = require('@headwater/core')
const { createParser } = require('@headwater/core/parser')
const { useEventSource } = require('@headwater/react')

const stream = createEventStream(process.env.STREAM_URL)
let count = 0
let last
stream.onMessage(({ id }) => {
  // An id is an epoch and a number that counts up.
  const number = Number(id.split('-')[1])
  if (count > 0) assert.equal(number, last + 1)
  last = number
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
