import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createParser } from '../../src/protocol/parser.ts'

const MIB = 2 ** 20

/** Returns the shortest CPU time of several runs, in milliseconds. CPU time does not depend on other processes, unlike wall time. */
function msFor(run: () => void, runs = 4): number {
  let shortest = Infinity
  for (let count = 0; count < runs; count++) {
    const start = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(start)
    shortest = Math.min(shortest, (user + system) / 1_000)
  }
  return shortest
}

function feedMany(head: string, chunk: string | Uint8Array, bytes: number, foot: string): void {
  let length = 0
  const parser = createParser({
    onMessage: (message) => (length += message.data.length),
    maxMessageLength: Infinity,
  })
  parser.feed(head)
  for (let fed = 0; fed < bytes; fed += chunk.length) parser.feed(chunk)
  parser.feed(foot)
  expect(length).toBeGreaterThanOrEqual(bytes * 0.8)
}

const encoder = new TextEncoder()
const kib = 'x'.repeat(1024)

// Eight times the input may take up to 24 times as long. With quadratic time it would take 64 times as long.
test.each([
  ['one line in 1 KiB chunks of bytes', 'data: ', encoder.encode(kib), 4 * MIB],
  ['one line in 1 KiB chunks of text', 'data: ', kib, 4 * MIB],
  ['one line in 7-byte chunks', 'data: ', encoder.encode('seven b'), MIB / 8],
  ['one line in 7-character chunks of text', 'data: ', 'seven b', MIB / 8],
  ['many data lines', '', encoder.encode(`data: ${kib}\n`), 4 * MIB],
  ['many short data lines', '', encoder.encode('data: 0123456789012345678901234567890123456789\n'), MIB],
])('parse time grows linearly with the input: %s', (_, head, chunk, bytes) => {
  feedMany(head, chunk, bytes / 4, '\n\n') // Warm-up.
  const small = msFor(() => feedMany(head, chunk, bytes, '\n\n'))
  const large = msFor(() => feedMany(head, chunk, bytes * 8, '\n\n'))
  expect(large / Math.max(small, 2)).toBeLessThan(24)
})

test('parse time grows linearly for a message near maxMessageLength', () => {
  const near = (bytes: number) => () => {
    // Many small lines, up to 80 % of the limit.
    const parser = createParser({ onMessage: () => {}, maxMessageLength: bytes })
    const line = 'data: 0123456789012345678901234567890123456789\n'
    for (let fed = 0; fed < bytes * 0.8; fed += line.length) parser.feed(line)
    // Lines that add no data while the message is near the limit.
    for (let lines = 0; lines < 2000; lines++) parser.feed('id: 0123456789\n')
    for (let lines = 0; lines < 2000; lines++) parser.feed('i')
  }
  near(MIB / 4)()
  const small = msFor(near(MIB))
  const large = msFor(near(MIB * 8))
  expect(large / Math.max(small, 2)).toBeLessThan(24)
})

test('parse time grows linearly with the number of lines without a colon', () => {
  const run = (lines: number) => () =>
    createParser({ onMessage: () => {} }).feed('data\nfoo\n\n'.repeat(lines))
  run(1000)()
  const small = msFor(run(10_000))
  const large = msFor(run(80_000))
  expect(large / Math.max(small, 2)).toBeLessThan(24)
})

/** Runs a script in a new process. Its function `heap()` returns the heap size after a garbage collection, in bytes. */
function measureInChild(script: string): Record<string, number> {
  const pathOf = (file: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../src/${file}`, import.meta.url)))
  const source = `import { createParser } from ${pathOf('protocol/parser.ts')}
    import { copyMessage } from ${pathOf('protocol/message.ts')}
    const encoder = new TextEncoder()
    const heap = () => { gc(); gc(); const { heapUsed, external, arrayBuffers } = process.memoryUsage(); return heapUsed + external + arrayBuffers }
    const result = {}
    ${script}
    console.log(JSON.stringify(result))`
  const flags = [
    '--expose-gc',
    '--experimental-strip-types',
    '--no-warnings',
    '--input-type=module',
    '--eval',
    source,
  ]
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}

// The child process runs TypeScript, which Node 20 cannot.
const runsTypeScript = Number(process.versions.node.split('.')[0]) >= 22

test.runIf(runsTypeScript)('comments without a listener and unknown fields are not kept in memory', () => {
  const { comment, unknown, kept } = measureInChild(`
    const chunk = encoder.encode('x'.repeat(1024))
    for (const [name, head] of [['comment', ': '], ['unknown', 'datum: '], ['kept', 'data: ']]) {
      const parser = createParser({ onMessage: () => {}, maxMessageLength: Infinity })
      parser.feed(head)
      const before = heap()
      for (let fed = 0; fed < 8 * 2 ** 20; fed += 1024) parser.feed(chunk)
      result[name] = heap() - before
      parser.feed('\\n')
    }`)
  expect(comment).toBeLessThan(MIB / 2)
  expect(unknown).toBeLessThan(MIB / 2)
  expect(kept).toBeGreaterThan(8 * MIB)
  expect(kept).toBeLessThan(24 * MIB)
})

test.runIf(runsTypeScript)(
  'memory grows linearly with the message: 32 MiB in 1 KiB chunks, 1 MiB in 7-byte chunks',
  () => {
    const { large, tiny, after } = measureInChild(`
    const start = heap()
    for (const [name, chunk, total] of [['large', 1024, 32 * 2 ** 20], ['tiny', 7, 2 ** 20]]) {
      let length = 0
      const parser = createParser({ onMessage: (message) => { length = message.data.length }, maxMessageLength: Infinity })
      const bytes = encoder.encode('x'.repeat(chunk))
      parser.feed('data: ')
      const before = heap()
      for (let fed = 0; fed < total; fed += chunk) parser.feed(bytes)
      result[name] = (heap() - before) / total
      parser.feed('\\n\\n')
      if (length < total) throw new Error('the message is short')
    }
    result.after = heap() - start`)
    expect(large).toBeLessThan(3)
    expect(tiny).toBeLessThan(3)
    expect(after).toBeLessThan(MIB)
  },
)

test.runIf(runsTypeScript)('a copied message keeps at most 1 kB in memory, not its whole chunk', () => {
  const { original, copied } = measureInChild(`
    const words = 'x'.repeat(170)
    for (const copies of [false, true]) {
      const kept = []
      let count = 0
      const parser = createParser({
        onMessage: (message) => { if (count++ % 100 === 0) kept.push(copies ? copyMessage(message) : message) },
      })
      const messages = Array.from({ length: 82 }, (_, index) => 'id: 0123456789abcdef-' + index + '\\ndata: ' + words + '\\n\\n')
      const bytes = encoder.encode(messages.join(''))
      const before = heap()
      for (let chunk = 0; chunk < 2000; chunk++) parser.feed(bytes.slice())
      result[copies ? 'copied' : 'original'] = (heap() - before) / kept.length
    }`)
  expect(copied).toBeLessThan(1024)
  // Shows that copyMessage is needed. If this fails, the engine copies by itself and copyMessage can be removed.
  expect(original).toBeGreaterThan(4 * 1024)
})
