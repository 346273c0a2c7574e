import { existsSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { type Checker, createChecker, readNatively } from './checker.ts'
import type { ChaosResult, Readers } from './chaos.ts'

interface Window {
  checkers: Checker[]
  seen: Map<string, number>
}

/** Opens readers in pages of Chromium, with its own `EventSource`, an equal part of them at each origin. */
export async function openPages(origins: readonly string[], count: number, first: number): Promise<Readers> {
  const { chromium } = await import('playwright')
  const system = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  const browser = await chromium.launch({
    ...(existsSync(system) ? { executablePath: system } : {}),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  onTestFinished(() => browser.close())
  const context = await browser.newContext()
  const pages = await Promise.all(origins.map(() => context.newPage()))
  const each = Math.ceil(count / origins.length)
  for (const [index, page] of pages.entries()) {
    await page.goto(`${origins[index]!}page`)
    await page.evaluate(
      `{${createChecker}; ${readNatively}; window.seen = new Map(); window.checkers = []
      for (let reader = ${first + index * each}; reader < ${first + Math.min(count, (index + 1) * each)}; reader++) {
        const checker = createChecker('Chromium ' + reader, seen)
        checkers.push(checker)
        readNatively(EventSource, location.origin + '/?reader=' + reader, checker)
      }}`,
    )
  }
  return {
    async progress() {
      const all = pages.map((page) =>
        page.evaluate(() => Math.min(...(globalThis as unknown as Window).checkers.map(({ last }) => last))),
      )
      return Math.min(...(await Promise.all(all)))
    },
    async verdicts() {
      const all = pages.map((page) =>
        page.evaluate((): Pick<ChaosResult, 'verdicts' | 'seen'> => {
          const { checkers, seen } = globalThis as unknown as Window
          return { verdicts: checkers.map((checker) => checker.verdict()), seen: [...seen] }
        }),
      )
      const results = await Promise.all(all)
      return {
        verdicts: results.flatMap(({ verdicts }) => verdicts),
        seen: results.flatMap(({ seen }) => seen),
      }
    },
  }
}
