// Messages of the streams, from a seeded generator: always the same.

export function random(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

const WORDS = 'the of and to in is that it was for on are with as his they at be this from'.split(' ')

const KINDS = {
  ticker(index, next) {
    const bid = (100 + next() * 50).toFixed(2)
    return `id: ${1_000_000 + index}\ndata: {"symbol":"ACME","bid":${bid},"ask":${bid}5,"volume":${Math.floor(next() * 1e6)}}\n\n`
  },
  llm: (_, next) =>
    `data: {"id":"chatcmpl-9xQw1000","object":"chat.completion.chunk","created":1764547200,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":" ${WORDS[Math.floor(next() * WORDS.length)]}"},"logprobs":null,"finish_reason":null}]}\n\n`,
  numbered: (index, next) =>
    `id: ${index}\ndata: {"n":${index},"symbol":"ACME","price":${(100 + next() * 50).toFixed(2)}}\n\n`,
}

export const line = (kind, index, next) => KINDS[kind](index, next)
