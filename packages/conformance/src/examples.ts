import { createFakeServer, type FakeRequest, type FakeServer } from '@headwater/core/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Adapter } from './adapter.ts'

/** An example in the document. Testing Library removes it after the test. */
interface Rendered {
  readonly container: Element
}

/** The examples of a binding's README, and the functions that render and observe them. */
export interface Examples {
  readonly act: Adapter['act']
  /** Repeats an assertion until it passes, like that of Testing Library. */
  readonly waitFor: (check: () => void) => Promise<unknown>
  /** Render the price of ACME, by the name of the file. */
  readonly price: { readonly [file: string]: () => Rendered }
  readonly answer: (props: { question: string; onDone: (text: string) => void }) => Rendered
  readonly headlines: () => Rendered
}

/** An example that was rendered, and its server. */
interface Page {
  readonly element: Element
  /** Waits until the text of the example matches. */
  shows(text: RegExp): Promise<unknown>
  /** Responds to the next request. */
  answer(respond: (request: FakeRequest) => Promise<void>): Promise<FakeRequest>
  /** Fails the first request, checks that the example says so, and tries again. */
  failFirst(status: number): Promise<void>
}

type Open = (render: () => Rendered) => Promise<Page>

/** Registers tests that run the examples of a README as they are, with a fake server behind the global `fetch`. */
export function testExamples(examples: Examples): void {
  const { act, waitFor } = examples
  const current: { server: FakeServer } = { server: createFakeServer() }
  beforeEach(() => {
    current.server = createFakeServer()
    vi.stubGlobal('fetch', current.server.fetch)
  })
  afterEach(() => vi.unstubAllGlobals())

  const open: Open = async (render) => {
    const rendered: Rendered[] = []
    await act(() => void rendered.push(render()))
    const { container: element } = rendered[0]!
    const page: Page = {
      element,
      shows: (text) => waitFor(() => expect(textOf(element)).toMatch(text)),
      async answer(respond) {
        const request = await current.server.nextRequest()
        await act(() => respond(request))
        return request
      },
      async failFirst(status) {
        await page.answer((request) => request.refuse(status, {}, 'out of order'))
        await page.shows(new RegExp(`${status}.*(Try|Ask) again$`))
        expect(element.querySelector('[role=alert]')).not.toBeNull()
        await act(() => element.querySelector('button')!.click())
      },
    }
    return page
  }
  testPrice(examples, open)
  testAnswer(examples, open)
  testHeadlines(examples, open)
}

function testPrice({ act, price }: Examples, open: Open): void {
  test.each(Object.entries(price))('%s shows a 404, the price and a reconnection', async (_, render) => {
    const page = await open(render)
    await page.shows(/^No price yet$/)
    await page.failFirst(404)
    await page.shows(/^No price yet$/)
    const request = await page.answer((request) => request.send('data: 12.50\n\n'))
    expect(new URL(request.url).pathname).toBe('/prices/ACME')
    await page.shows(/^12\.50$/)
    await act(() => request.end())
    await page.shows(/^12\.50 · reconnecting in [123] s$/)
  })
}

function testAnswer({ act, answer }: Examples, open: Open): void {
  const delta = (content: string, finishReason = 'null') =>
    `data: {"choices":[{"delta":{"content":"${content}"},"finish_reason":${finishReason}}]}\n\n`

  test('answer shows a 500, then a growing answer, and hands on the complete one', async () => {
    const onDone = vi.fn()
    const page = await open(() => answer({ question: 'Why is the sky blue?', onDone }))
    await page.failFirst(500)
    await page.shows(/^… Stop$/)
    const request = await page.answer((request) => request.send(delta('It ')))
    expect([request.method, request.headers.get('authorization')]).toEqual(['POST', 'Bearer a-token'])
    await page.shows(/^It Stop$/)
    await act(() => request.send(`${delta('scatters.', '"stop"')}data: [DONE]\n\n`))
    await page.shows(/^It scatters\.$/)
    expect(onDone.mock.calls).toEqual([['It scatters.']])
  })

  test('answer shows that it was cut off', async () => {
    const onDone = vi.fn()
    const page = await open(() => answer({ question: 'Why is grass green?', onDone }))
    const request = await page.answer((request) => request.send(delta('It')))
    await act(() => request.end())
    await page.shows(/^It \[cut off\]$/)
    expect(onDone).not.toHaveBeenCalled()
  })
}

function testHeadlines({ act, waitFor, headlines }: Examples, open: Open): void {
  test('headlines shows a 404, the stories and a lost connection', async () => {
    const page = await open(headlines)
    const isBusy = () => page.element.querySelector('ul')?.getAttribute('aria-busy')
    expect(isBusy()).toBe('true')
    await page.failFirst(404)
    const story = (id: number, headline: string) =>
      `id: ${id}\nevent: story\ndata: {"headline":"${headline}"}\n\n`
    const chunk = story(1, 'It rains.') + story(2, 'It stops.')
    const request = await page.answer((request) => request.send(chunk))
    await page.shows(/^It rains\. ?It stops\.$/)
    expect(isBusy()).toBe('false')
    await act(() => request.end())
    await waitFor(() => expect(isBusy()).toBe('true'))
  })
}

function textOf(element: Element): string {
  return element.textContent.replaceAll(/\s+/g, ' ').trim()
}
