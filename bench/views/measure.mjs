// Measures one contender, mounted once, in its own page.
import { once } from 'node:events'

/** Returns the CPU time of the page's main thread so far, in milliseconds. */
async function cpuTime(page) {
  const { metrics } = await page.send('Performance.getMetrics')
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

/** Measures renders, frames and times. `missing` is the text shown by the page if it is not the expected text. */
export function measureView(browser, origin, contender, stream) {
  return inPage(browser, origin, contender, async (page) => {
    await page.send('Performance.enable', { timeDomain: 'threadTicks' })
    const before = await cpuTime(page)
    const { shown, expected, ...result } = await burst(page, stream)
    const mainMs = (await cpuTime(page)) - before
    return { ...result, mainMs, missing: shown.startsWith(expected) ? '' : shown }
  })
}

const CATEGORIES = ['toplevel', 'disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata']

/** Returns the longest task of the page's main thread, as CPU time and wall-clock time, in milliseconds. */
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

/** Makes the server generate and cache the stream, so that the first contender does not wait for it. */
export async function warmUp(url) {
  const controller = new AbortController()
  const response = await fetch(url, { signal: controller.signal })
  await response.body.getReader().read()
  controller.abort()
}

/** Resolves with the origin of a forked server. */
export async function addressOf(server) {
  const [{ origin }] = await once(server, 'message')
  return origin
}
