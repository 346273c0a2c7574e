import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright'
import { bundle } from './bundle.ts'
import { files, launch } from './chromium.ts'
import { createFaultServer } from './fault-server.ts'
import { until } from './harness.ts'
import type * as Client from './soak-client.ts'
import type { Soaked } from './soak-client.ts'

const TOTAL = Number(process.env['HEADWATER_SOAK_MESSAGES'] ?? 20_000)
const SEEDS = Number(process.env['HEADWATER_SOAK_SEEDS'] ?? 20)
const SCALE = 100

let browser: Browser
let code: string

beforeAll(async () => {
  ;[browser, code] = await Promise.all([launch(), bundle('soak-client.ts')])
}, 60_000)
afterAll(() => browser?.close())

declare const client: typeof Client

test(
  `in Chromium ${TOTAL} messages through random faults come once and in order, ${SEEDS} times`,
  { timeout: SEEDS * 20_000 },
  async () => {
    const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1)
    const all: Soaked[] = []
    const context = await browser.newContext()
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let seed = seeds.shift(); seed; seed = seeds.shift()) {
          const server = await createFaultServer({
            seed,
            total: TOTAL,
            scale: SCALE,
            files: files(code, 'client'),
          })
          const page = await context.newPage()
          try {
            await page.goto(`${server.origin}/`)
            await page.waitForFunction(() => 'client' in window)
            const result = await page.evaluate((scale) => client.soak('/stream', scale, 60_000), SCALE)
            const { wrong, messages, reason, most, left } = result
            expect({ seed, wrong, messages, reason, most, left }).toEqual({
              seed,
              wrong: '',
              messages: TOTAL,
              reason: 'ended',
              most: 1,
              left: 0,
            })
            await until('every stream is closed', () => server.streams === 0)
            expect(server.overlaps).toBe(0)
            all.push(result)
          } finally {
            await page.close()
            await server.close()
          }
        }
      }),
    )
    await context.close()
    const sum = (key: 'messages' | 'connections' | 'attempts') =>
      all.reduce((total, one) => total + one[key], 0)
    console.log(
      `Chromium ${browser.version()}, ${all.length} seeds: ${sum('messages')} messages over ${sum('connections')} connections and ${sum('attempts')} attempts, none lost, none repeated, in order`,
    )
  },
)
