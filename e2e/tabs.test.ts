import { expect, test } from './demo.ts'

test('shares the news across tabs, shows who has the connection, and hands it over', async ({ demo }) => {
  const { page } = demo
  const isOpen = async () => (await demo.stats('news')).open
  await demo.open('react')
  await expect(page.locator('.tabs')).toHaveText('React (this tab): has the connection', { timeout: 10_000 })
  await expect.poll(isOpen).toBe(1)

  const [other] = await Promise.all([page.waitForEvent('popup'), page.locator('.open-tab').click()])
  await expect(other.locator('.tabs li')).toHaveText(
    ['React: has the connection', 'React (this tab): follows'],
    {
      timeout: 20_000,
    },
  )
  await expect(page.locator('.tabs li')).toHaveText([
    'React (this tab): has the connection',
    'React: follows',
  ])
  await expect.poll(isOpen, 'one connection for both').toBe(1)
  expect(await demo.violations()).toEqual([])

  await page.close()
  await expect(other.locator('.tabs')).toHaveText('React (this tab): has the connection', { timeout: 10_000 })
  await expect.poll(isOpen).toBe(1)
  const proof = other.locator('section[aria-labelledby=news] .proof')
  const before = await proof.innerText()
  await expect(proof, 'messages arrive').not.toHaveText(before, { timeout: 10_000 })
  await expect(proof, 'none is missing or repeated').toHaveText(/^All ids from/)
  await other.close()
})
