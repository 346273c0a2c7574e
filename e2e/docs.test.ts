import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { pagesOfDocs, startDocsServer } from './docs-server.ts'

/** A browser at the docs. Fails if a page logs an error or loads something from elsewhere. */
const test = base.extend<object, { docsUrl: string }>({
  docsUrl: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const server = await startDocsServer()
      await use(server.url)
      server.close()
    },
    { scope: 'worker' },
  ],
  baseURL: ({ docsUrl }, use) => use(docsUrl),
  async page({ page, docsUrl }, use) {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text())
    })
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(docsUrl))
        problems.push(`requests ${request.url()}`)
    })
    await use(page)
    expect(problems).toEqual([])
  },
})

const everyPage = process.env['HEADWATER_EVERY_PAGE'] === '1'
/** One page of each kind. */
const kinds = ['/', '/concepts/states', '/errors/network', '/reference/vue/', '/zh/benchmarks']

/** Lists the accessibility violations that axe finds. In the dark theme, only colours differ. */
async function violations(page: Page, theme: 'light' | 'dark'): Promise<unknown[]> {
  await page.evaluate((dark) => document.documentElement.classList.toggle('dark', dark), theme === 'dark')
  const axe = new AxeBuilder({ page })
  const { violations: found } = await (theme === 'dark' ? axe.withRules('color-contrast') : axe).analyze()
  return found.map(({ id, nodes }) => ({
    id,
    nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => ({ html, failureSummary })),
  }))
}

for (const path of everyPage ? pagesOfDocs() : kinds)
  test(`${path} has no accessibility violations, light and dark`, async ({ page }) => {
    // The reference has pages that are long.
    test.setTimeout(300_000)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const response = await page.goto(path)
    expect(response?.ok() || path === '/404').toBe(true)
    // Transitions of colours would be measured halfway, and what is not laid out yet would be skipped.
    await page.addStyleTag({
      content: '* { transition: none !important; content-visibility: visible !important }',
    })
    expect(await violations(page, 'light')).toEqual([])
    expect(await violations(page, 'dark')).toEqual([])
  })

/** Returns the live example of a page. */
async function liveExample(page: Page) {
  const live = page.locator('.live')
  // It starts once it can be seen.
  await live.scrollIntoViewIfNeeded()
  return {
    live,
    status: live.locator('.status'),
    detail: live.locator('.live-detail'),
    proof: live.locator('.live-proof'),
    bars: live.locator('.live-chart i'),
    replayed: live.locator('.live-chart [data-kind=replayed]'),
    property: (name: string) => live.locator('dl > div', { hasText: name }).locator('dd'),
    log: live.locator('ol'),
    press: (name: string) => live.getByRole('button', { name, exact: true }).click(),
  }
}

test('the reader cuts the stream: it resumes, and each message comes once', async ({ page }) => {
  await page.goto('/')
  const { status, detail, proof, replayed, press } = await liveExample(page)
  await expect(status).toHaveText('open')
  await press('Cut')
  await expect(status).toHaveText('waiting')
  await expect(detail).toContainText('The connection was cut.')
  await expect(detail.getByRole('link', { name: 'network' })).toHaveAttribute('href', '/errors/network')
  await expect(status).toHaveText('open')
  await expect(detail).toContainText('Resumed after')
  await expect(replayed).not.toHaveCount(0)
  await expect(proof).toContainText('each once')
})

test('the reader sees each property, and each step of the state machine', async ({ page }) => {
  await page.goto('/concepts/states')
  const { status, property, log, press } = await liveExample(page)
  await expect(property('continuity')).toHaveText("'fresh'")
  await press('503')
  await expect(property('error.code')).toHaveText("'status'")
  await expect(log).toContainText('status 503')
  await press('Retry now')
  await press('Retry now')
  await expect(property('continuity')).toHaveText("'resumed'")
  await press('401')
  // The first attempt is refused, and the next one follows at once with a new token.
  await expect(log).toContainText('status 401')
  await expect(status).toHaveText('open')
  await press('Close')
  await expect(property('reason')).toHaveText("'closed'")
})

test('the server tells the reader of a gap', async ({ page }) => {
  await page.goto('/concepts/resume')
  const { status, detail, live, proof, press } = await liveExample(page)
  await expect(status).toHaveText('open')
  await press('Gap')
  await expect(detail).toContainText('The server says that messages are missing.')
  await expect(live.locator('.live-chart [data-kind=lost]')).toHaveCount(1)
  await expect(proof).toContainText('The server told of 1 gap.')
})

test('the stream pauses while the reader is offline', async ({ page }) => {
  await page.goto('/zh/concepts/resume')
  const { status, detail, press } = await liveExample(page)
  await expect(status).toHaveText('已连接')
  await press('离线')
  await expect(status).toHaveText('已暂停')
  await press('上线')
  await expect(status).toHaveText('已连接')
  await expect(detail).toContainText('续传')
})

test('a stalled stream is noticed', async ({ page }) => {
  await page.goto('/concepts/silence')
  const { status, property, detail, press } = await liveExample(page)
  await expect(status).toHaveText('open')
  await press('Stall')
  await expect(detail.getByRole('link', { name: 'idle-timeout' })).toBeVisible({ timeout: 8_000 })
  await expect(property('status')).toHaveCount(0)
})

test('the chosen tab is chosen on other pages, too', async ({ page }) => {
  await page.goto('/')
  const shown = page.locator('.vp-code-group .active')
  await expect(shown).toContainText('@headwater/react')
  await page.locator('.vp-code-group label', { hasText: 'Svelte' }).click()
  await expect(shown).toContainText('@headwater/svelte')
  await page.getByRole('link', { name: 'Quick start' }).first().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Quick start/)
  for (const group of await page.locator('.vp-code-group:has(label:text("Svelte"))').all())
    await expect(group.locator('.tabs input:checked + label')).toHaveText('Svelte')
  await page.reload()
  await expect(page.locator('.vp-code-group label:text("Svelte")').first()).toBeVisible()
  await expect(page.locator('.vp-code-group .tabs input:checked + label').first()).toHaveText('Svelte')
})

for (const [path, button, query, found] of [
  ['/', 'Search', 'idleTimeoutMs', 'Silence'],
  ['/zh/', '搜索', '续传', '续传'],
] as const)
  test(`the search of ${path} finds ${query}`, async ({ page }) => {
    await page.goto(path)
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('searchbox').fill(query)
    await expect(page.locator('.VPLocalSearchBox .results')).toContainText(found)
  })
