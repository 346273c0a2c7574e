import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { bundle } from '../connection/bundle.ts'
import { createRandom } from '../connection/base-server.ts'
import type { Browser } from './browser/browser.ts'
import { startChromium } from './browser/chromium-tabs.ts'
import { createFleet, until } from './browser/fleet.ts'
import { type Action, handOver } from './browser/handovers.ts'
import { createTabServer, type TabServer } from './browser/tab-server.ts'

const HANDOVERS = Number(process.env['HEADWATER_TABS_HANDOVERS'] ?? 10)
const MESSAGES = Number(process.env['HEADWATER_TABS_MESSAGES'] ?? HANDOVERS * 333)
const SEED = Number(process.env['HEADWATER_TABS_SEED'] ?? 1)
const TABS = Number(process.env['HEADWATER_TABS'] ?? 12)

let code: string
let browser: Browser
let server: TabServer

beforeAll(async () => {
  code = await bundle('../tabs/browser/tab-page.ts')
}, 60_000)
beforeEach(async () => {
  ;[browser, server] = await Promise.all([startChromium(), createTabServer(code)])
})
afterEach(async () => {
  await browser.close()
  await server.close()
})

const actions: Action[] = ['close', 'crash', 'freeze', 'navigate', 'reload', 'stop']

test(`${TABS} tabs`, { timeout: 60_000 + HANDOVERS * 3000 }, async () => {
  const fleet = createFleet(browser, server)
  server.publish(333)
  for (let index = 0; index < TABS; index++) await fleet.open()
  const done = await handOver(fleet, {
    count: HANDOVERS,
    actions,
    random: createRandom(SEED),
    elsewhere: `${server.origin}/elsewhere`,
    reopen: () => fleet.open(),
  })
  await server.finish(MESSAGES)
  await fleet.settled()
  const { violations, delivered } = await fleet.check()
  console.log(browser.name, {
    seed: SEED,
    done,
    delivered,
    published: server.sent.length,
    peak: server.peak,
    streams: server.streams,
  })
  expect(violations).toEqual([])
})
