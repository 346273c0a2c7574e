import { afterEach, expect, test, vi } from 'vitest'
import { createHarness } from './harness.ts'

const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)

afterEach(() => warn.mockClear())

/** Reads responses that consist of messages with these ids, and returns the warnings. */
async function read(...responses: string[]): Promise<string[]> {
  return readWith({}, ...responses)
}

async function readWith(headers: HeadersInit, ...responses: string[]): Promise<string[]> {
  const harness = createHarness()
  harness.subscribe()
  for (const [index, ids] of responses.entries()) {
    while (harness.server.requests.length <= index) await harness.clock.advance(100)
    const blocks = ids.split(' ').map((id) => (id === '-' ? 'data: x\n\n' : `id: ${id}\ndata: x\n\n`))
    await harness.server.requests[index]!.accept(headers)
    await harness.server.requests[index]!.send(blocks.join(''))
    await harness.server.requests[index]!.fail()
  }
  expect(await harness.closeAndFindLeaks()).toEqual([])
  return warn.mock.calls.map(([message]) => String(message))
}

test('a server that starts again with the same ids is reported once', async () => {
  const [warning, ...more] = await read('1 2 3', '1 2 3 4', '1 2 3 4 5', '1 2 3 4 5 6')
  expect(warning).toBe(
    'The server seems to ignore Last-Event-ID: 3. Its response begins with the ids 1 and 2 again.',
  )
  expect(more).toEqual([])
})

test.each<[string, string[]]>([
  ['continues', ['1 2 3', '4 5 6', '7 8 9']],
  ['greets each client with the same id, and continues', ['hello 1 2', 'hello 3 4', 'hello 5 6']],
  ['repeats the last message', ['1 2 3', '3 4', '4 5']],
  ['sends the same id with each message', ['1 1 1', '1 1 1']],
  ['takes turns with two ids', ['a b a b', 'a b a b', 'b a b', 'a b']],
  ['sends no ids', ['- - -', '- - -']],
  ['sends an empty id in between, which is not sent back', ['1 2 ', '1 2 ', '1 2 3']],
  ['sends one message with each response', ['1', '2', '1', '2']],
  ['was not yet past the two ids', ['1 2', '1 2', '1 2']],
])('a server that %s is not reported', async (_, responses) => {
  expect(await read(...responses)).toEqual([])
})

test.each(['complete', 'gap'])('a server that has answered %s is not checked', async (answer) => {
  expect(await readWith({ 'sse-resume': answer }, '1 2 3', '1 2 3 4')).toEqual([])
})
