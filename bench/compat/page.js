import { checksum } from '../parser/measure.mjs'
import { contenders } from './contenders.mjs'

/** Loads a contender, so that this is not measured. */
globalThis.prepare = async (name) => {
  globalThis.contender = await contenders[name]()
}

/** What everybody is to have read. */
globalThis.run = async (url, total) => {
  const { sum, sink } = checksum()
  await globalThis.contender(url, total, sink)
  return JSON.stringify(sum)
}
