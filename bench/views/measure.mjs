// One contender, mounted once, in a page of its own.
import { once } from 'node:events'

/** What the page's main thread has worked, in milliseconds of the processor. */
async function worked(page) {
  const { metrics } = await page.ask('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000
}

async function inPage(browser, origin, contender, measure) {
  const page = await browser.open(`${origin}/index.html`)
  try {
    await page.evaluate(`load('${contender}')`)
    return await measure(page)
  } finally {
    await page.close()
  }
}

function burst(page, { scenario, total, url }) {
  return page.evaluate(`measure(${JSON.stringify({ scenario, total, url })})`)
}

/** Renders, frames, times; `missing` says what is shown in place of what should be. */
export function measureView(browser, origin, contender, stream) {
  return inPage(browser, origin, contender, async (page) => {
    await page.ask('Performance.enable', { timeDomain: 'threadTicks' })
    const before = await worked(page)
    const { said, expected, ...result } = await burst(page, stream)
    const mainMs = (await worked(page)) - before
    return { ...result, mainMs, missing: said.startsWith(expected) ? '' : said }
  })
}

const CATEGORIES = ['toplevel', 'disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata']

/** The longest task of the page's main thread, in milliseconds of the processor and of the clock on the wall. */
export function longestTask(browser, origin, contender, stream) {
  return inPage(browser, origin, contender, async (page) => {
    const { events } = await browser.trace(CATEGORIES, () => burst(page, stream))
    const { pid, tid } = events.find(({ name }) => name === 'measured')
    const tasks = events.filter(
      (event) => event.pid === pid && event.tid === tid && event.name === 'RunTask' && event.dur,
    )
    const longest = (key) => Math.max(...tasks.map((task) => task[key] ?? 0)) / 1000
    return { cpuMs: longest('tdur'), wallMs: longest('dur') }
  })
}

/** Has the server make its bytes, so that the first who asks for them does not wait. */
export async function warmUp(url) {
  const controller = new AbortController()
  const response = await fetch(url, { signal: controller.signal })
  await response.body.getReader().read()
  controller.abort()
}

/** The address of a server that was forked. */
export async function addressOf(server) {
  const [{ origin }] = await once(server, 'message')
  return origin
}
