#!/usr/bin/env node
// node scripts/screenshots.mjs: writes screenshots of each demo page to docs/screenshots, at desktop and phone width, in light and
// in dark. Needs the built pages (`pnpm build`) and Chromium (CHROMIUM_PATH, or the system's).
import { mkdirSync, writeFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import { chromium } from 'playwright'
import { startDemoServer } from '../e2e/demo-server.ts'
import frameworks from '../frameworks.json' with { type: 'json' }
import { chromiumOptions } from '../engines/launch.ts'

const root = new URL('../', import.meta.url)
const apps = frameworks.map(({ name }) => name)
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }

const giveUp = setTimeout(() => {
  console.error('✖ The screenshots took longer than eight minutes.')
  process.exit(1)
}, 480_000)

mkdirSync(new URL('docs/screenshots/', root), { recursive: true })
const server = await startDemoServer()
const browser = await chromium.launch(chromiumOptions)
try {
  for (const app of apps) await take(app, await visit(app))
  const gallery = await browser.newPage()
  await gallery.goto(server.url)
  await shoot('gallery-desktop-light', gallery, sizes.desktop, 'light')
} finally {
  await browser.close()
  await server.remove()
  clearTimeout(giveUp)
}

/** Opens a page, asks the chat a question, drops the connection, and waits until both are visible. */
async function visit(app) {
  const page = await browser.newPage({ viewport: sizes.desktop })
  await page.goto(`${server.url}/${app}/?visitor=${app}`)
  await page.waitForTimeout(20_000)
  await page.locator('.question button').click()
  await page.waitForTimeout(1_000)
  await page.locator('[data-action=drop]').click()
  await page.locator('section[aria-labelledby=chat] .status[data-status=closed]').waitFor()
  await page.waitForTimeout(20_000)
  return page
}

async function take(app, page) {
  for (const [size, viewport] of Object.entries(sizes))
    for (const scheme of ['light', 'dark']) await shoot(`${app}-${size}-${scheme}`, page, viewport, scheme)
  await page.close()
}

async function shoot(name, page, viewport, colorScheme) {
  await page.setViewportSize(viewport)
  await page.emulateMedia({ colorScheme })
  await page.mouse.move(0, 0)
  // Waits until the chart has its new colours and width, and the rates, an average over two seconds, are steady.
  await page.waitForTimeout(3_000)
  const image = withPalette(await pixelsOf(await page.screenshot({ fullPage: true }), page))
  const file = `docs/screenshots/${name}.png`
  writeFileSync(new URL(file, root), image)
  console.log(`${file}  ${Math.round(image.length / 1000)} kB`)
}

/** Decodes an image in the browser. */
async function pixelsOf(image, page) {
  const { width, height, base64 } = await page.evaluate(async (source) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob())
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
    const blob = new Blob([data])
    const url = await new Promise((resolve) => {
      const reader = new FileReader()
      reader.addEventListener('load', () => resolve(reader.result))
      reader.readAsDataURL(blob)
    })
    return { width, height, base64: url.slice(url.indexOf(',') + 1) }
  }, image.toString('base64'))
  return { width, height, rgba: Buffer.from(base64, 'base64') }
}

/** Returns a PNG with at most 256 colours, which is a third of the size. */
function withPalette({ width, height, rgba }) {
  const counts = new Map()
  for (let i = 0; i < rgba.length; i += 4) {
    const colour = rgba.readUIntBE(i, 3)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const byCount = [...counts.keys()].toSorted((one, other) => counts.get(other) - counts.get(one))
  const distance = (one, other) =>
    [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0)
  const palette = []
  const places = new Map()
  // The 16 most frequent colours are kept. Of the others, a colour close to one in the palette is replaced by it, which leaves
  // room for rare, distinct colours.
  for (const colour of byCount) {
    const distances = palette.map((other) => distance(colour, other))
    const nearest = Math.min(...distances)
    if (palette.length < 16 || (nearest > 150 && palette.length < 256))
      places.set(colour, palette.push(colour) - 1)
    else places.set(colour, distances.indexOf(nearest))
  }
  const rows = Buffer.alloc((width + 1) * height) // each row starts with 0: no filter
  for (let i = 0; i < width * height; i++) {
    rows[i + Math.floor(i / width) + 1] = places.get(rgba.readUIntBE(4 * i, 3))
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]) // 8 bits each, with a palette
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const colours = Buffer.alloc(3 * palette.length)
  palette.forEach((colour, rank) => colours.writeUIntBE(colour, 3 * rank, 3))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
