// A process for each contender, and what it spends.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** @returns how each of the names is asked for a run, and what closes them all. */
export async function startNode(names) {
  const children = new Map()
  for (const name of names) {
    const script = fileURLToPath(new URL('../client/in-child.mjs', import.meta.url))
    const child = fork(script, [name, '../compat/contenders.mjs'], { execArgv: ['--expose-gc'] })
    child.on('exit', (code) => {
      if (code) throw new Error(`${name} ended with ${code}`)
    })
    await once(child, 'message')
    children.set(name, child)
  }
  return {
    version: `Node ${process.versions.node}`,
    async run(name, url, total) {
      const child = children.get(name)
      child.send({ url, total })
      const [{ cpuMs, sum }] = await once(child, 'message')
      return { cpuMs, sum: JSON.stringify(sum) }
    },
    async close() {
      for (const child of children.values()) child.disconnect()
    },
  }
}
