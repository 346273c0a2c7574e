import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright'
import { engine, launch } from '../../../../engines/launch.ts'
import { bundle } from './bundle.ts'
import { createFaultServer } from './fault-server.ts'
import { waitFor } from './harness.ts'
import { files } from './page-files.ts'
import type * as Client from './soak-client.ts'
import type { SoakResult } from './soak-client.ts'

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
  `delivers ${TOTAL} messages once and in order despite random faults, ${SEEDS} times, in ${engine}`,
  { timeout: 120_000 + SEEDS * 20_000 },
  async () => {
    const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1)
    const results: SoakResult[] = []
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
            const { firstError, messages, reason, maxRequests, openRequests } = result
            expect({ seed, firstError, messages, reason, maxRequests, openRequests }).toEqual({
              seed,
              firstError: '',
              messages: TOTAL,
              reason: 'ended',
              maxRequests: 1,
              openRequests: 0,
            })
            await waitFor('all streams to close', () => server.streams === 0)
            expect(server.overlaps).toBe(0)
            results.push(result)
          } finally {
            await page.close()
            await server.close()
          }
        }
      }),
    )
    await context.close()
    const sum = (key: 'messages' | 'connections' | 'attempts') =>
      results.reduce((total, one) => total + one[key], 0)
    console.log(
      `${engine} ${browser.version()}, ${results.length} seeds: ${sum('messages')} messages over ${sum('connections')} connections and ${sum('attempts')} attempts, none lost, none repeated, in order`,
    )
  },
)
