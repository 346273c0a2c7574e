// Streams for the parsers, from a seeded generator: always the same bytes.

function random(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

const WORDS =
  'the of and to in is that it was for on are with as his they at be this from have or by one had not but'.split(
    ' ',
  )
const CHINESE = [
  '你好',
  '世界',
  '，',
  '今天',
  '天气',
  '很',
  '好',
  '。',
  '我们',
  '一起',
  '去',
  '公园',
  '😀',
  '🎉',
  '吧',
  '！',
  '👩‍💻',
]

const chatChunk = (content, index) =>
  `data: {"id":"chatcmpl-9xQw${1000 + (index % 7)}","object":"chat.completion.chunk","created":1764547200,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"${content}"},"logprobs":null,"finish_reason":null}]}`

function times(count, make) {
  return Array.from({ length: count }, (_, index) => make(index))
}

function llm(count, words = WORDS, space = ' ') {
  const next = random(1)
  return times(count, (index) => `${chatChunk(space + words[Math.floor(next() * words.length)], index)}\n\n`)
}

/** Deltas of about 60 bytes. */
function deltas(count) {
  const next = random(7)
  return times(
    count,
    (index) =>
      `data: {"i":${index},"delta":{"content":" ${WORDS[Math.floor(next() * WORDS.length)]}"},"done":false}\n\n`,
  )
}

/** JSON with English and Chinese words. */
function mixed(count) {
  const next = random(8)
  const word = (words) => words[Math.floor(next() * words.length)]
  return times(
    count,
    (index) =>
      `data: {"id":${index},"title":"${word(WORDS)} ${word(CHINESE)}","body":"${times(12, () => `${word(WORDS)} ${word(CHINESE)}`).join(' ')}"}\n\n`,
  )
}

/** Text without any ASCII. */
function dense(count) {
  const next = random(9)
  return times(
    count,
    () => `data: ${times(60, () => String.fromCharCode(0x4e00 + Math.floor(next() * 20000))).join('')}\n\n`,
  )
}

function namedDeltas(count) {
  const next = random(2)
  return times(
    count,
    () =>
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" ${WORDS[Math.floor(next() * WORDS.length)]}"}}\n\n`,
  )
}

function ticker(count) {
  const next = random(3)
  return times(count, (index) => {
    const bid = (100 + next() * 50).toFixed(2)
    return `event: price\nid: ${1000000 + index}\ndata: {"symbol":"ACME","bid":${bid},"ask":${bid}5,"volume":${Math.floor(next() * 1e6)}}\n\n`
  })
}

function big(count, length) {
  const next = random(4)
  return times(count, () => {
    let text = ''
    while (text.length < length) text += `{"key":${next()},"words":"${WORDS.join(' ')}"},`
    return `data: [${text.slice(0, -1)}]\n\n`
  })
}

function multiLine(count) {
  const next = random(5)
  return times(count, (index) => {
    const lines = times(
      12,
      (line) => `data: ${line}: ${WORDS.slice(0, 3 + Math.floor(next() * 20)).join(' ')}\n`,
    )
    return `id: ${index}\n${lines.join('')}\n`
  })
}

function heartbeats(count) {
  return times(count, (index) => (index % 25 === 24 ? `data: ${index}\n\n` : ': heartbeat\n\n'))
}

const crlf = (blocks) => blocks.map((block) => block.replaceAll('\n', '\r\n'))

const encoder = new TextEncoder()
const each = (blocks) => blocks.map((block) => encoder.encode(block))

function chunked(blocks, size) {
  const bytes = encoder.encode(blocks.join(''))
  const chunks = []
  // Copy the bytes: each chunk of a network stream has its own buffer.
  for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.slice(from, from + size))
  return chunks
}

function tiny(blocks) {
  const next = random(6)
  const bytes = encoder.encode(blocks.join(''))
  const chunks = []
  for (let from = 0; from < bytes.length;) {
    const to = from + 1 + Math.floor(next() * 7)
    chunks.push(bytes.slice(from, to))
    from = to
  }
  return chunks
}

const KIB = 1024

/** The workloads. */
export const workloads = [
  { name: 'LLM, one message per chunk', chunks: each(llm(4000)) },
  { name: 'LLM, 16 KiB chunks', chunks: chunked(llm(6000), 16 * KIB) },
  { name: 'LLM with event names, 16 KiB chunks', chunks: chunked(namedDeltas(6000), 16 * KIB) },
  { name: 'LLM with CRLF, 16 KiB chunks', chunks: chunked(crlf(llm(6000)), 16 * KIB) },
  { name: 'ticker, one message per chunk', chunks: each(ticker(4000)) },
  { name: 'ticker, 64 KiB chunks', chunks: chunked(ticker(8000), 64 * KIB) },
  {
    name: 'big messages (256 KiB), 64 KiB chunks',

    chunks: chunked(big(12, 256 * KIB), 64 * KIB),
  },
  { name: 'multi-line data, 16 KiB chunks', chunks: chunked(multiLine(1500), 16 * KIB) },
  {
    name: 'multi-line data with CRLF, 16 KiB chunks',

    chunks: chunked(crlf(multiLine(1500)), 16 * KIB),
  },
  { name: 'heartbeats, one per chunk', chunks: each(heartbeats(6000)) },
  { name: 'heartbeats, 16 KiB chunks', chunks: chunked(heartbeats(40000), 16 * KIB) },
  { name: '1 to 7 bytes per chunk', chunks: tiny(llm(400)) },
  {
    name: 'Chinese and emoji, 16 KiB chunks',

    chunks: chunked(llm(6000, CHINESE, ''), 16 * KIB),
  },
  { name: 'Chinese text, one message per chunk', chunks: each(llm(4000, CHINESE, '')) },
  { name: 'Chinese and English JSON, 16 KiB chunks', chunks: chunked(mixed(4000), 16 * KIB) },
  { name: 'Chinese text without ASCII, 16 KiB chunks', chunks: chunked(dense(6000), 16 * KIB) },
  {
    name: 'one message of 4 MiB, 64 KiB chunks',

    chunks: chunked(big(1, 4 * KIB * KIB), 64 * KIB),
  },
  {
    name: 'one message of 32 MiB, 64 KiB chunks',

    chunks: chunked(big(1, 32 * KIB * KIB), 64 * KIB),
  },
  { name: 'small deltas, one message per chunk', chunks: each(deltas(6000)) },
].map((workload) => ({ ...workload, bytes: workload.chunks.reduce((sum, chunk) => sum + chunk.length, 0) }))
