import { describe, expect, test } from 'vitest'
import type { SseError } from '../../src/errors.ts'
import { createHarness } from './harness.ts'

const ORIGIN = 'https://example.com'
const CORS = 'Access-Control-Allow-Origin'
const MIXED = 'mixed content'

test.each([undefined, null, 'no reason', 0, new Error('inner'), new TypeError('', { cause: null })])(
  'an attempt fails immediately if fetch rejects with %o',
  async (reason) => {
    const harness = createHarness({ fetch: () => Promise.reject(reason) })
    harness.subscribe()
    await harness.clock.advance(0)
    expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'network', cause: reason } })
    expect(await harness.closeAndFindLeaks()).toEqual([])
  },
)

describe('a connection that fails in a page', () => {
  async function fail(url: string, pageUrl: string | undefined, { accepted = false } = {}): Promise<string> {
    const harness = createHarness({ url })
    harness.page.address = () => pageUrl
    harness.subscribe()
    await harness.clock.advance(0)
    if (accepted) await harness.server.requests[0]!.send('data: x\n\n')
    await harness.server.requests[0]!.fail()
    expect(harness.state).toMatchObject({ error: { code: 'network' } })
    const { message } = (harness.state as { error: SseError }).error
    expect(await harness.closeAndFindLeaks()).toEqual([])
    return message
  }

  test('names CORS and the missing header if the server is of another origin', async () => {
    for (const url of [
      'https://api.example.com/news',
      'https://example.com:8443/',
      'https://example.com.evil/',
    ])
      expect(await fail(url, `${ORIGIN}/app`)).toContain(`${CORS}: ${ORIGIN} (CORS). See`)
  })

  test('names the preflight if the request was sent with an id, as the first one was not', async () => {
    const preflight = /OPTIONS.* Access-Control-Allow-Headers: Last-Event-ID/
    const harness = createHarness({ url: 'https://api.example.com/' })
    harness.subscribe()
    for (const hasId of [false, true]) {
      await harness.clock.advance(5_000)
      await harness.server.requests.at(-1)!.fail()
      const { message } = (harness.state as { error: SseError }).error
      expect([message.includes(CORS), preflight.test(message)]).toEqual([true, hasId])
      await harness.clock.advance(5_000)
      await harness.server.requests.at(-1)!.send('id: 1\ndata: x\n\n')
      await harness.server.requests.at(-1)!.fail()
    }
  })

  test('names mixed content if the page has https and the server has not', async () => {
    expect(await fail('http://example.com/news', `${ORIGIN}/app`)).toContain(MIXED)
    for (const url of ['https://example.com/news', 'http://api.example.com/news'])
      expect(await fail(url, 'http://example.com/app')).not.toContain(MIXED)
  })

  test('names neither if the origin is the same, or there is no page, or a response was accepted', async () => {
    const messages = [
      await fail('/news', `${ORIGIN}/app`),
      await fail('https://api.example.com/', undefined),
      await fail('https://api.example.com/', `${ORIGIN}/app`, { accepted: true }),
    ]
    for (const message of messages) expect(message).toMatch(/\(fetch failed\)\. See docs/)
  })
})
