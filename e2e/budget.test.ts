import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { apps, expect, test } from './demo.ts'

const root = new URL('../apps/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root))

for (const app of apps) {
  test(`${app}: has at most 120 lines of code`, () => {
    const lines = readdirSync(new URL(`${app}/src/`, root)).flatMap((file) =>
      String(read(`${app}/src/${file}`)).split('\n'),
    )
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(120)
  })

  test(`${app}: scripts of the page without framework and chart are smaller than 60 kB`, () => {
    const sizes = readdirSync(new URL(`${app}/dist/assets/`, root))
      .filter((file) => file.endsWith('.js'))
      .map((file) => [
        file.replace(/-[\w-]{8}\.js$/, ''),
        gzipSync(read(`${app}/dist/assets/${file}`)).length,
      ])
    const { framework = 0, chart = 0, ...own } = Object.fromEntries(sizes) as Record<string, number>
    expect(framework, 'the framework is in its own file').toBeGreaterThan(5000)
    expect(chart, 'the chart is in its own file').toBeGreaterThan(10_000)
    const total = Object.values(own).reduce((sum, size) => sum + size, 0)
    console.log(`${app}: ${(total / 1000).toFixed(1)} kB without framework and chart`)
    expect(total).toBeLessThan(60_000)
  })
}
