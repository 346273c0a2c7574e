// Runs one contender in its own process, so that `cpuUsage` counts only this contender.
import { checksum } from '../parser/measure.mjs'

const [name, module = './contenders.mjs'] = process.argv.slice(2)
const { contenders } = await import(module)
const run = await contenders[name]()

process.on('message', async ({ url, total }) => {
  const { sum, sink } = checksum()
  globalThis.gc()
  const before = process.cpuUsage()
  const start = performance.now()
  await run(url, total, sink)
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  process.send({ cpuMs: (user + system) / 1000, ms, sum })
})
process.on('disconnect', () => process.exit())
process.send('ready')
