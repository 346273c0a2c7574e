import assert = require('node:assert/strict')
import { createEventStream } from '@headwater/core'

assert.equal(createEventStream('https://example.com/news').getSnapshot().status, 'idle')
