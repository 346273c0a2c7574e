// Opens one page per contender and measures the CPU time of its main thread.
import { build } from 'vite'
import { fileURLToPath } from 'node:url'
import { launch } from '../views/chromium.mjs'

export async function buildPage(outDir) {
  await build({
    configFile: false,
    root: fileURLToPath(new URL('.', import.meta.url)),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, target: 'es2022', rolldownOptions: { external: ['undici'] } },
  })
}

/** Starts Chromium. @returns functions that run a contender by name and close the browser. */
export async function startChromium(origin, names) {
  const browser = await launch()
  const pages = new Map()
  for (const name of names) {
    const page = await browser.open(`${origin}/index.html`)
    await page.send('Performance.enable')
    await page.evaluate(`prepare(${JSON.stringify(name)})`)
    pages.set(name, page)
  }
  const taskMs = async (page) => {
    const { metrics } = await page.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000
  }
  return {
    version: `Chromium ${/\d+/.exec(browser.version)}`,
    async run(name, url, total) {
      const page = pages.get(name)
      await page.send('HeapProfiler.collectGarbage')
      const before = await taskMs(page)
      const sum = await page.evaluate(`run(${JSON.stringify(url)}, ${total})`)
      return { cpuMs: (await taskMs(page)) - before, sum }
    },
    close: () => browser.close(),
  }
}
