// Runs one server in its own process, so that `cpuUsage` counts only this server.
import { setTimeout as wait } from 'node:timers/promises'
import { contenders } from './contenders.mjs'
import { message } from './message.mjs'

const [name] = process.argv.slice(2)
const server = await contenders[name]()
/** Deliveries that the clients have counted. */
let delivered = 0
let onDelivered = () => undefined

const turn = () => new Promise((resolve) => void setImmediate(resolve))

/** Waits until the clients have counted a number of deliveries. */
async function until(count) {
  for (;;) {
    if (delivered >= count) return
    await new Promise((resolve) => void (onDelivered = resolve))
  }
}

/** Returns the CPU time and the time that a function takes, in milliseconds. */
async function timed(run) {
  const before = process.cpuUsage()
  const start = performance.now()
  await run()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1000, ms }
}

const tasks = {
  /** Publishes as fast as the clients read: at most `window` turns are on their way. */
  run: ({ turns, perTurn, window }) =>
    timed(async () => {
      delivered = 0
      const each = perTurn * server.readers()
      for (let sent = 0; sent < turns; sent++) {
        await until((sent - window) * each)
        for (let index = 1; index < perTurn; index++) server.publish(message())
        await server.publish(message())
        // A server that gathers what is due must not gather several turns.
        for (let index = 0; index < 3; index++) await turn()
      }
      await until(turns * each)
    }),
  /** Publishes at a constant rate. */
  async pace({ messages, intervalMs }) {
    delivered = 0
    const start = performance.now()
    for (let sent = 0; sent < messages; sent++) {
      await wait(Math.max(0, start + sent * intervalMs - performance.now()))
      server.publish(message())
    }
    await until(messages * server.readers())
  },
  /** Waits until the server has a number of readers. Returns the size of the heap. */
  async heap({ readers }) {
    while (server.readers() !== readers) await wait(10)
    server.publish(message())
    await wait(300)
    for (let round = 0; round < 3; round++) {
      globalThis.gc()
      await turn()
    }
    return process.memoryUsage().heapUsed
  },
}

process.on('message', async ({ task, ...options }) => {
  if (task === 'delivered') {
    delivered += options.count
    return onDelivered()
  }
  process.send({ result: (await tasks[task](options)) ?? null })
})
process.on('disconnect', () => process.exit())
process.send({ port: server.port })
