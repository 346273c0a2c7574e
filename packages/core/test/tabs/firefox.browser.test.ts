import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bundle } from '../connection/bundle.ts'
import { createRandom } from '../connection/base-server.ts'
import { firefox, startFirefox } from './browser/firefox-tabs.ts'
import { createFleet } from './browser/fleet.ts'
import { handOver } from './browser/handovers.ts'
import { createTabServer } from './browser/tab-server.ts'

test.runIf(existsSync(firefox))('firefox', { timeout: 120_000 }, async () => {
  const server = await createTabServer(await bundle('../tabs/browser/tab-page.ts'))
  const browser = await startFirefox()
  try {
    const fleet = createFleet(browser, server)
    server.publish(333)
    for (let index = 0; index < 4; index++) await fleet.open()
    console.log(await fleet.statuses())
    const done = await handOver(fleet, {
      count: 10,
      actions: (process.env['ACTIONS'] ?? 'close,navigate,reload,stop').split(',') as never,
      random: createRandom(1),
      elsewhere: `${server.origin}/elsewhere`,
      reopen: () => fleet.open(),
    })
    await server.finish(4000)
    await fleet.settled()
    const { violations, delivered } = await fleet.check()
    console.log(browser.name, {
      done,
      delivered,
      published: server.sent.length,
      peak: server.peak,
      streams: server.streams,
    })
    console.log(await fleet.statuses())
    expect(violations).toEqual([])
  } finally {
    await browser.close()
    await server.close()
  }
})
