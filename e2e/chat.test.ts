import { tokensFor } from '../apps/server/src/model.ts'
import { apps, expect, test } from './demo.ts'
import { replaceLaterTokens } from './tokens.ts'

const questions = { en: 'What is a river?', zh: '河流是什么？' }

for (const app of apps) {
  test.describe(`${app} on a phone with a dark theme`, () => {
    test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', locale: 'en-GB' })

    test('resumes an answer after its token expires, stops on request, and answers in two languages', async ({
      demo,
    }) => {
      test.setTimeout(60_000)
      const { page, chat } = demo
      const answer = page.locator('.answer')
      const requests: { id: string | undefined; token: string | undefined }[] = []
      page.on('request', (request) => {
        if (!request.url().includes('/api/chat')) return
        const { 'last-event-id': id, authorization: token } = request.headers()
        requests.push({ id, token })
      })
      await page.addInitScript(replaceLaterTokens)
      await demo.open(app)
      const sendButton = page.locator('.question button')

      await sendButton.click()
      await expect(chat.detail).toContainText(/(Resumed|Reconnected) after/, { timeout: 15_000 })
      await expect(chat.status).toHaveAttribute('data-status', 'closed', { timeout: 15_000 })
      await expect(answer).toHaveText(tokensFor(questions.en).join(''))
      // The first request, one with the expired token, and one with a new token.
      expect(requests).toHaveLength(3)
      const [first, second, third] = requests
      expect(first?.id).toBeUndefined()
      expect(second).toEqual({ id: expect.stringMatching(/^\d+$/), token: first?.token })
      expect(third?.id).toBe(second?.id)
      expect(third?.token).not.toBe(second?.token)
      expect(await demo.layoutShifts(), 'no layout shift').toEqual([])

      await sendButton.click()
      await expect(answer).toContainText('A river does not')
      await chat.button.click()
      await expect(chat.status).toHaveAttribute('data-status', 'closed')
      await expect(page.locator('.facts [role=status]')).toHaveText(
        /^The server stopped at word \d+ of \d+\.$/,
      )
      expect(await demo.stats('chat')).toMatchObject({ open: 0, chatsStopped: 1 })
      expect(await demo.violations()).toEqual([])

      await page.locator('[data-language=zh]').click()
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
      await expect(page.locator('h2')).toHaveText(['行情', '网络天气', '新闻', '对话'])
      await expect(page.locator('.stories li').first()).toContainText(/\p{Script=Han}/u)
      // Send by keyboard.
      await page.locator('.question input').fill(questions.zh)
      await page.keyboard.press('Enter')
      await expect(answer).toContainText(tokensFor(questions.zh).slice(0, 20).join(''))
      expect(await demo.violations()).toEqual([])
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 640 })
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      }
    })
  })
}
