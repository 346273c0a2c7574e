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

/** Lists the accessibility violations that axe finds, in a theme. */
async function violations(page: Page, theme: 'light' | 'dark'): Promise<unknown[]> {
  await page.evaluate((dark) => document.documentElement.classList.toggle('dark', dark), theme === 'dark')
  const { violations: found } = await new AxeBuilder({ page }).analyze()
  return found.map(({ id, nodes }) => ({
    id,
    nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => ({ html, failureSummary })),
  }))
}

for (const path of everyPage ? pagesOfDocs() : kinds)
  test(`${path} has no accessibility violations, light and dark`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const response = await page.goto(path)
    expect(response?.ok() || path === '/404').toBe(true)
    // Transitions of colours would be measured halfway.
    await page.addStyleTag({ content: '* { transition: none !important }' })
    expect(await violations(page, 'light')).toEqual([])
    expect(await violations(page, 'dark')).toEqual([])
  })
