#!/usr/bin/env node
// node scripts/screenshots.mjs: takes the demo page at desktop and phone width, in light and in dark, into
// docs/screenshots. Needs the page built (`pnpm build`) and Chromium (CHROMIUM_PATH, or the system's).
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { startDemoServer } from '../apps/server/src/server.ts'
import { chromiumOptions } from '../playwright.config.ts'

const root = new URL('../', import.meta.url)
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }

const giveUp = setTimeout(() => {
  console.error('✖ the screenshots took longer than a minute')
  process.exit(1)
}, 60_000)

mkdirSync(new URL('docs/screenshots/', root), { recursive: true })
const server = await startDemoServer({ staticFolder: fileURLToPath(new URL('apps/react/dist', root)) })
const browser = await chromium.launch({
  ...chromiumOptions,
  // Each letter looks the same wherever it stands, which makes small files.
  args: [...chromiumOptions.args, '--disable-lcd-text', '--disable-font-subpixel-positioning'],
})
try {
  const page = await browser.newPage()
  await page.goto(`${server.url}/?visitor=someone`)
  // The trails have to be full for the page to look as it does to a person who stays.
  await page.waitForFunction(
    () => Number(document.querySelector('.books dd')?.textContent?.replaceAll(',', '')) > 1000,
  )
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      const image = await page.screenshot({ animations: 'disabled' })
      const name = `docs/screenshots/react-${size}-${colorScheme}.png`
      writeFileSync(new URL(name, root), image)
      console.log(`${name}  ${Math.round(image.length / 1000)} kB`)
    }
  }
} finally {
  await browser.close()
  await server.close()
  clearTimeout(giveUp)
}
