import { source, tokensFor } from '../apps/server/src/model.ts'
import { findRedisServer } from '../apps/server/src/redis-server.ts'
import { apps, expect, test, type Demo } from './demo.ts'
import { recordBodies, replaceLaterTokens } from './tokens.ts'

const questions = { en: 'What is a river?', zh: '河流是什么？' }
const river = tokensFor(questions.en).join('')

/** Records the requests for answers: which answer, from where, and with which token. */
function recordRequests({ page }: Demo) {
  const requests: { answer: string | null; id: string | undefined; token: string | undefined }[] = []
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname !== '/api/chat') return
    const { 'last-event-id': id, authorization: token } = request.headers()
    requests.push({ answer: searchParams.get('answer'), id, token })
  })
  return requests
}

/** Returns the height of the line that names the server process, without its text and with the longest process id of Linux. */
const processHeights = ({ page }: Demo): Promise<number[]> =>
  page.locator('.process').evaluate((line) => {
    const span = line.querySelector('span')!
    const shown = span.textContent
    const heights = ['', 'One process serves this page (PID 4194304).'].map((text) => {
      span.textContent = text
      return line.getBoundingClientRect().height
    })
    span.textContent = shown
    return heights
  })

for (const app of apps) {
  test.describe(`${app} on a phone with a dark theme`, () => {
    test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', locale: 'en-GB' })

    test('resumes an answer after its token expires, stops on request, and answers in two languages', async ({
      demo,
    }) => {
      test.setTimeout(90_000)
      const { page, chat } = demo
      const row = (kind: string) => page.locator(`demo-answer [data-kind=${kind}] a`)
      const requests = recordRequests(demo)
      await page.addInitScript(replaceLaterTokens)
      await demo.open(app)
      const sendButton = page.locator('.question button')

      await sendButton.click()
      await expect(chat.detail).toContainText(/Resumed after/, { timeout: 15_000 })
      await expect(chat.status).toHaveAttribute('data-status', 'closed', { timeout: 15_000 })
      await expect(row('text')).toHaveText(river)
      await expect(row('reasoning')).toContainText('I have a source for it.')
      await expect(row('source')).toHaveAttribute('href', source.url)
      // The first request, one with the expired token, and one with a new token.
      expect(requests).toHaveLength(3)
      const [first, second, third] = requests
      expect(first?.id).toBeUndefined()
      expect(second).toEqual({ ...first, id: expect.stringMatching(/^\d+-\d+$/) })
      expect(third).toEqual({ ...second, token: expect.any(String) })
      expect(third?.token).not.toBe(second?.token)
      expect(await demo.layoutShifts(), 'no layout shift').toEqual([])
      const [empty, long] = await processHeights(demo)
      expect(long, 'no layout shift with a longer process id').toBe(empty)

      await sendButton.click()
      await expect(row('text').nth(1)).toContainText('A river does not')
      await chat.button.click()
      await expect(chat.status).toHaveAttribute('data-status', 'closed')
      await expect(page.locator('.facts [role=status]')).toHaveText(
        /^The model stopped at message \d+ of \d+\.$/,
      )
      await expect(row('stopped')).toHaveText('You stopped the model.')
      expect(await demo.stats('chat')).toMatchObject({ open: 0, chatsStopped: 1 })
      expect(await demo.violations()).toEqual([])

      await chat.button.click()
      await expect(row('stopped')).toHaveCount(0)
      await expect(row('text').nth(1)).toHaveText(river, { timeout: 15_000 })
      await expect(row('question')).toHaveText([questions.en, questions.en])

      await page.locator('[data-language=zh]').click()
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
      await expect(page.locator('h2')).toHaveText(['行情', '网络天气', '新闻', '对话'])
      await expect(page.locator('.stories li').first()).toContainText(/\p{Script=Han}/u)
      // Send by keyboard.
      await page.locator('.question input').fill(questions.zh)
      await page.keyboard.press('Enter')
      await expect(row('text').nth(2)).toContainText(tokensFor(questions.zh).slice(0, 20).join(''))
      expect(await demo.violations()).toEqual([])
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 640 })
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      }
    })
  })

  test.describe(`${app} in a tab that is reloaded`, () => {
    test.use({ locale: 'en-GB' })

    test('goes on with a call of a tool, and with the same answer in this and a second tab', async ({
      demo,
    }) => {
      test.setTimeout(90_000)
      const { page, chat } = demo
      const requests = recordRequests(demo)
      await page.addInitScript(recordBodies)
      await page.addInitScript(replaceLaterTokens)
      await demo.open(app)
      await page.locator('.prompts button').nth(1).click()
      const call = page.locator('demo-answer [data-kind=tool-call]')
      const text = page.locator('demo-answer [data-kind=text] a')
      await expect(call).toHaveText(/^Tool price\(ALBA\) → \d+(\.\d+)?$/)
      await expect(text).toContainText('It has changed since: see the market above.')
      const result = /→ (\S+)/.exec(await call.innerText())?.[1] ?? ''
      expect(await text.innerText()).toContain(`its result is ${result}.`)
      await expect(chat.status).toHaveAttribute('data-status', 'closed')
      const [first, second] = new Set(requests.map(({ answer }) => answer))
      expect(first).toMatch(/\.1$/)
      expect(second).toBe(first?.replace('.1', '.2'))

      await page.locator('.prompts button').first().click()
      await expect(text.nth(1)).toContainText('A river')
      const before = new Set(requests.map(({ answer }) => answer))
      // A tab that is opened by another one begins with a copy of its sessionStorage, as a duplicated tab does.
      const opened = page.waitForEvent('popup')
      await page.evaluate(() => void open(location.href))
      const other = await opened
      await page.reload()
      for (const tab of [page, other]) {
        await expect(tab.locator('demo-answer [data-kind=question] a')).toHaveCount(2)
        const rest = tab.locator('demo-answer [data-kind=text] a').nth(1)
        await expect(rest).toHaveText(river, { timeout: 15_000 })
      }
      expect(new Set(requests.map(({ answer }) => answer)), 'the model was asked once').toEqual(before)
      expect(await demo.stats('chat')).toMatchObject({ chatsStopped: 0 })

      const body = await page.evaluate(() => (globalThis as { lastBody?: string }).lastBody)
      const { messages } = JSON.parse(body ?? '{}') as { messages: { role: string }[] }
      expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])

      // An answer that has ended is kept by the page.
      await expect(chat.status).toHaveAttribute('data-status', 'closed')
      await other.close()
      const { length } = requests
      await page.reload()
      await expect(text.nth(1)).toHaveText(river)
      expect(requests).toHaveLength(length)
      await page.locator('[data-clear]').click()
      await expect(page.locator('demo-answer')).toHaveText('The answer appears here.')
    })
  })
}

for (const args of [[], ['--processes', '3']])
  test.describe(args.length > 0 ? 'three processes' : 'one process', () => {
    test.skip(
      args.length > 0 && !findRedisServer(),
      'redis-server is not installed. Run `apt-get install redis-server`.',
    )
    test.use({ locale: 'en-GB', serverArgs: args })

    test('tells that the process of the model was killed, and asks again on request', async ({ demo }) => {
      test.setTimeout(90_000)
      const { page, chat } = demo
      const requests = recordRequests(demo)
      await page.addInitScript(replaceLaterTokens)
      await demo.open('react')
      await page.locator('.question button').click()
      const text = page.locator('demo-answer [data-kind=text] a')
      await expect(text).toContainText('A river')
      await demo.killProcess('chat')
      const failed = page.locator('demo-answer [data-kind=failed]')
      await expect(failed).toContainText('The process that made the answer was lost', { timeout: 20_000 })
      await expect(chat.button).toHaveText('Ask again')
      await page.reload()
      await expect(failed).toBeVisible()
      await chat.button.click()
      await expect(text).toHaveText(river, { timeout: 20_000 })
      await expect(failed).toHaveCount(0)
      expect(new Set(requests.map(({ answer }) => answer)).size).toBe(2)
    })
  })

test('sends a question again if the connection is lost before the first message', async ({ demo }) => {
  const { page } = demo
  const requests = recordRequests(demo)
  await page.route('**/api/chat?*', (route) => route.abort('connectionreset'), { times: 1 })
  await demo.open('react')
  await page.locator('.question button').click()
  await expect(page.locator('demo-answer [data-kind=text]')).toContainText('A river', { timeout: 15_000 })
  const [first, second] = requests
  expect(second).toEqual(first)
})
