import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bundle } from '../connection/bundle.ts'
import { createFleet, livesOf } from './browser/fleet.ts'
import { isMissing, startBrowser } from './browser/start.ts'
import { createTabServer } from './browser/tab-server.ts'

const SECONDS = Number(process.env['HEADWATER_TABS_HIDDEN_SECONDS'] ?? 0)

test.skipIf(isMissing || !SECONDS)(
  `a hidden leader with throttled timers is not deposed in ${SECONDS} s`,
  { timeout: SECONDS * 1000 + 60_000 },
  async () => {
    // By default, Chromium wakes a hidden page once a minute after five minutes. Here it does after five seconds.
    const browser = await startBrowser('--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5')
    const server = await createTabServer(await bundle('../tabs/browser/tab-page.ts'))
    try {
      const fleet = createFleet(browser, server)
      server.publish(20)
      for (let index = 0; index < 4; index++) await fleet.open()
      await fleet.shared()
      const [leader] = await fleet.leaders()
      await fleet.members.find((member) => member !== leader)!.tab.show()
      const before = await Promise.all(fleet.members.map(async (each) => (await livesOf(each)).at(-1)!.roles))
      const ticks = 'globalThis.ticks = 0; (function tick() { setTimeout(() => { ticks++; tick() }, 200) })()'
      await leader!.tab.evaluate(ticks)
      server.peak = 0
      const { requests } = server
      // Also when nothing is published for a while.
      for (let second = 0; second < SECONDS; second += 10) {
        if (second % 60 === 30) server.pause()
        else server.publish(20)
        await wait(10_000)
      }
      server.publish(20)
      server.pause()
      await fleet.settled()
      const lives = await Promise.all(fleet.members.map(async (each) => (await livesOf(each)).at(-1)!))
      const { violations, delivered } = await fleet.check()
      console.log(
        `${browser.name}: ${SECONDS} s, ${await leader!.tab.evaluate('ticks')} of ${SECONDS * 5} timers in the leader, ` +
          `${server.peak} sockets, ${server.requests - requests} requests, ${delivered} deliveries, ` +
          `${violations.length} violations, longest pauses ${lives.map(({ longestPauseMs }) => longestPauseMs)} ms`,
      )
      expect(lives.map(({ roles }) => roles)).toEqual(before)
      expect(server.peak).toBeLessThanOrEqual(1)
      expect(server.requests).toBe(requests)
      expect(violations).toEqual([])
    } finally {
      await browser.close()
      await server.close()
    }
  },
)
