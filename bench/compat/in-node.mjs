// Starts one process per contender and measures its CPU time.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts the processes. @returns functions that run a contender by name and close the processes. */
export async function startNode(names) {
  const children = new Map()
  for (const name of names) {
    const script = fileURLToPath(new URL('../client/in-child.mjs', import.meta.url))
    const child = fork(script, [name, '../compat/contenders.mjs'], { execArgv: ['--expose-gc'] })
    child.on('exit', (code) => {
      if (code) throw new Error(`${name} exited with ${code}`)
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
