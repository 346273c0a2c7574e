import { expect, test } from 'vitest'
import { copyMessage } from '../../src/protocol/message.ts'
import { collect } from './collect.ts'
import { randomChunks, randomStream } from './random-stream.ts'
import { reference } from './reference.ts'

const STREAMS = 4000

test('any bytes in any chunking give what the reference gives', () => {
  for (let seed = 1; seed <= STREAMS; seed++) {
    const stream = randomStream(seed)
    expect(collect(randomChunks(stream, seed)), `seed ${seed}`).toEqual(reference(stream))
  }
})

test('any text in any chunking gives what the reference gives', () => {
  for (let seed = 1; seed <= STREAMS; seed++) {
    const stream = new TextDecoder('utf-8', { ignoreBOM: true }).decode(randomStream(seed))
    expect(collect(randomChunks(stream, seed)), `seed ${seed}`).toEqual(reference(stream))
  }
})

test('long streams, whose chunks are both larger and smaller than what is gathered, give what the reference gives', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const parts = Array.from({ length: 60 }, (_, part) => randomStream(seed * 1000 + part))
    const stream = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
    let at = 0
    for (const part of parts) {
      stream.set(part, at)
      at += part.length
    }
    expect(collect(randomChunks(stream, seed)), `seed ${seed}`).toEqual(reference(stream))
  }
})

test('bytes and text may take turns where a character ends', () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const stream = new TextDecoder('utf-8', { ignoreBOM: true }).decode(randomStream(seed))
    const characters = randomChunks(stream, seed).map((chunk, index) =>
      index % 2 === 0 || /[\uD800-\uDBFF]$|^[\uDC00-\uDFFF]/.test(chunk)
        ? chunk
        : new TextEncoder().encode(chunk),
    )
    expect(collect(characters), `seed ${seed}`).toEqual(reference(stream))
  }
})

test('a detached message equals the one that it was made of', () => {
  for (let seed = 1; seed <= 500; seed++) {
    for (const message of reference(randomStream(seed)).messages)
      expect(copyMessage(message), `seed ${seed}`).toEqual(message)
  }
})

test('without listeners for comments and retry the messages are the same', () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const stream = randomStream(seed)
    const outcome = collect(randomChunks(stream, seed), { onComment: undefined, onRetry: undefined })
    expect(outcome, `seed ${seed}`).toEqual({ ...reference(stream), comments: [], retries: [] })
  }
})
