import { checksum } from '../parser/measure.mjs'
import { contenders } from './contenders.mjs'

/** Loads a contender before the measurement. */
globalThis.prepare = async (name) => {
  globalThis.contender = await contenders[name]()
}

/** Runs the contender. Returns the checksum of the messages, which must be the same for all contenders. */
globalThis.run = async (url, total) => {
  const { sum, sink } = checksum()
  await globalThis.contender(url, total, sink)
  return JSON.stringify(sum)
}
