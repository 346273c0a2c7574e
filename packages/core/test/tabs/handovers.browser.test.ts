import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRandom } from '../connection/base-server.ts'
import { bundle } from '../connection/bundle.ts'
import type { Browser } from './browser/browser.ts'
import { createFleet } from './browser/fleet.ts'
import { type Action, handOver } from './browser/handovers.ts'
import { inFirefox, isMissing, startBrowser } from './browser/start.ts'
import { createTabServer, type TabServer } from './browser/tab-server.ts'

const TABS = 12
const HANDOVERS = Number(process.env['HEADWATER_TABS_HANDOVERS'] ?? 6)
/** 100,000 messages in 300 handovers. */
const MESSAGES = HANDOVERS * 334
const SEED = Number(process.env['HEADWATER_TABS_SEED'] ?? 1)
const actions: Action[] = ['close', 'crash', 'drop', 'navigate', 'reload']
if (!inFirefox) actions.push('freeze')
// Takes seconds each time. Another test does it once.
if (HANDOVERS > 10) actions.push('stop')

let browser: Browser
let server: TabServer

beforeEach(async () => {
  ;[browser, server] = await Promise.all([
    startBrowser(),
    createTabServer(await bundle('../tabs/browser/tab-page.ts')),
  ])
}, 60_000)
afterEach(async () => {
  await browser?.close()
  await server?.close()
})

test.skipIf(isMissing)(
  `${TABS} tabs lose, repeat and reorder no message in ${HANDOVERS} handovers, and use one socket`,
  { timeout: 60_000 + HANDOVERS * 3000 },
  async () => {
    const fleet = createFleet(browser, server)
    server.publish(300)
    // Some tabs lose messages to others.
    for (let index = 0; index < TABS; index++) await fleet.open(index % 4 ? '' : 'loss=200')
    await fleet.shared()
    server.peak = 0
    const done = await handOver(fleet, {
      count: HANDOVERS,
      actions,
      random: createRandom(SEED),
      server,
      reopen: () => fleet.open(),
    })
    await Promise.all(fleet.members.map(({ tab }) => tab.evaluate('tab.stopLoss()')))
    const settling = performance.now()
    await fleet.shared()
    const settledMs = Math.round(performance.now() - settling)
    await server.finish(MESSAGES)
    await fleet.settled()
    const { violations, delivered } = await fleet.check()
    const { length } = server.sent
    console.log(
      `${browser.name}, seed ${SEED}: ${length} messages, ${delivered} deliveries, ${violations.length} violations; ` +
        `at most ${server.peak} sockets, ${server.streams} after ${settledMs} ms; ${JSON.stringify(done)}`,
    )
    expect(violations).toEqual([])
    expect(server.streams).toBe(1)
    expect(await fleet.leaders()).toHaveLength(1)
  },
)
