import { expect, test } from 'vitest'
import { createEventStream, type Snapshot, type Step } from '../../src/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'

const SECRETS = /s3cret-(header|query|body|retry)/

test('the values of headers, queries and bodies are in no snapshot, error or inspected step', async () => {
  const clock = createFakeClock()
  const server = createFakeServer()
  const seen: unknown[] = []
  const stream = createEventStream('https://example.com/prices?token=s3cret-query', {
    ...{ clock, fetch: server.fetch, notify: 'sync', method: 'POST', idempotent: true },
    headers: ({ error }) => ({ authorization: error ? 's3cret-retry' : 's3cret-header' }),
    body: 's3cret-body',
    inspect: (step: Step) => void seen.push(step),
  })
  const show = (snapshot: Snapshot<unknown>) =>
    seen.push(
      snapshot,
      ...('error' in snapshot && snapshot.error ? [snapshot.error.message, snapshot.error.cause] : []),
    )
  const stop = stream.subscribe(() => show(stream.getSnapshot()))
  const first = await server.nextRequest()
  expect(first.headers.get('authorization')).toBe('s3cret-header')
  await first.refuse(401)
  await clock.advance(0)
  const second = await server.nextRequest()
  expect(second.headers.get('authorization')).toBe('s3cret-retry')
  await second.send('id: 1\ndata: a\n\n')
  await second.end()
  await clock.advance(1_000)
  await (await server.nextRequest()).refuse(404, {}, 'no')
  expect(stream.getSnapshot()).toMatchObject({ status: 'closed', reason: 'failed' })
  expect(seen.length).toBeGreaterThan(10)
  for (const each of seen) expect(inspectDeeply(each)).not.toMatch(SECRETS)
  stop()
})

/** Returns all texts that a value holds, at any depth. */
function inspectDeeply(value: unknown, known = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (known.has(value)) return ''
  known.add(value)
  const own = Object.getOwnPropertyNames(value).map((name) => (value as Record<string, unknown>)[name])
  return [...own, ...(value instanceof Headers ? value : [])]
    .map((each) => inspectDeeply(each, known))
    .join('\n')
}
