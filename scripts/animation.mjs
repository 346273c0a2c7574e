#!/usr/bin/env node
// node scripts/animation.mjs: writes docs/screenshots/recovery.webp, in which the demo loses its connection and recovers. Needs the
// built pages (`pnpm build`) and Chromium (CHROMIUM_PATH, or the system's).
import { writeFileSync } from 'node:fs'
import { chromium } from 'playwright'
import { startDemoServer } from '../e2e/demo-server.ts'
import { chromiumOptions } from '../engines/launch.ts'

const root = new URL('../', import.meta.url)
const file = 'docs/screenshots/recovery.webp'
const size = { width: 1280, height: 872 }
const scale = 0.625
const quality = 0.5
/** Time that each frame is shown, in milliseconds. The last one stays for longer. */
const frameMs = 400
const lastMs = 3_000

const giveUp = setTimeout(() => {
  console.error('✖ The animation took longer than two minutes.')
  process.exit(1)
}, 120_000)

const server = await startDemoServer()
const browser = await chromium.launch(chromiumOptions)
try {
  const page = await browser.newPage({ viewport: size })
  await page.goto(`${server.url}/react/?visitor=animation`)
  await page.waitForTimeout(15_000)
  const shots = await record(page)
  const images = []
  for (const shot of shots) images.push(await encode(page, shot))
  const animation = animate(images)
  writeFileSync(new URL(file, root), animation)
  console.log(`${file}  ${images.length} frames, ${Math.round(animation.length / 1000)} kB`)
} finally {
  await browser.close()
  await server.remove()
  clearTimeout(giveUp)
}

/** Takes screenshots while the connection is open, after it was dropped, and once it has resumed. */
async function record(page) {
  const status = page.locator('section[aria-labelledby=weather] .status')
  const shots = []
  const shoot = async (frames) => {
    for (let frame = 0; frame < frames; frame++) {
      const start = Date.now()
      shots.push(await page.screenshot())
      await page.waitForTimeout(Math.max(0, frameMs - (Date.now() - start)))
    }
  }
  await shoot(2)
  await page.locator('[data-action=drop]').click()
  for (let frames = 0; frames < 20; frames++) {
    await shoot(1)
    if (frames > 1 && (await status.getAttribute('data-status')) === 'open') break
  }
  await shoot(2)
  return shots
}

/** Scales an image and encodes it as WebP, in the browser. Returns the chunk of the image data. */
async function encode(page, png) {
  const base64 = await page.evaluate(
    async ({ source, scale, quality }) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob())
      const [width, height] = [bitmap.width * scale, bitmap.height * scale]
      const canvas = new OffscreenCanvas(width, height)
      const context = canvas.getContext('2d', { alpha: false })
      context.imageSmoothingQuality = 'high'
      context.drawImage(bitmap, 0, 0, width, height)
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality })
      const bytes = new Uint8Array(await blob.arrayBuffer())
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    },
    { source: png.toString('base64'), scale, quality },
  )
  const webp = Buffer.from(base64, 'base64')
  for (let at = 12; at < webp.length;) {
    const length = webp.readUInt32LE(at + 4)
    if (webp.toString('latin1', at, at + 4) === 'VP8 ')
      return webp.subarray(at, at + 8 + length + (length % 2))
    at += 8 + length + (length % 2)
  }
  throw new Error('Chromium encoded an image without a VP8 chunk.')
}

/** Returns an animated WebP that repeats for ever. See the container specification of WebP for the layout of the chunks. */
function animate(images) {
  const [width, height] = [size.width * scale, size.height * scale]
  const features = Buffer.alloc(10)
  features[0] = 2 // animated
  features.writeUIntLE(width - 1, 4, 3)
  features.writeUIntLE(height - 1, 7, 3)
  const frames = images.map((image, index) => {
    const header = Buffer.alloc(16)
    header.writeUIntLE(width - 1, 6, 3)
    header.writeUIntLE(height - 1, 9, 3)
    header.writeUIntLE(index === images.length - 1 ? lastMs : frameMs, 12, 3)
    return chunk('ANMF', Buffer.concat([header, image]))
  })
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    chunk('VP8X', features),
    chunk('ANIM', Buffer.alloc(6)),
    ...frames,
  ])
  return chunk('RIFF', body)
}

function chunk(type, data) {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(type, 'latin1'), length, data, Buffer.alloc(data.length % 2)])
}
