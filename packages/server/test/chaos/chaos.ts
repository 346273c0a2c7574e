import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { RedisServer } from '../logs/redis-server.ts'
import type { Verdict } from './checker.ts'
import { openPages } from './pages.ts'
import { Processes, startScript } from './processes.ts'
import { Proxy } from './proxy.ts'
import { Publisher } from './publisher.ts'

/** Settings of a run. */
export interface ChaosOptions {
  readonly seed: number
  /** `redis:` URL, or the path of a file. */
  readonly place: string
  readonly redis?: RedisServer | undefined
  readonly processes: number
  /** Number of readers: those of core, of `eventsource`, and in Chromium. */
  readonly readers: readonly [ours: number, eventsource: number, chromium: number]
  readonly messages: number
  readonly maxMessages: number
  /** Time over which the messages are published, in milliseconds. */
  readonly durationMs: number
  /** Longest pause of several kinds, in relation to that of the run in the matrix. */
  readonly pace: number
}

export interface ChaosResult {
  readonly verdicts: readonly Verdict[]
  /** Ids with the numbers of their messages, as each process of readers has seen them. */
  readonly seen: readonly (readonly [string, number])[]
  readonly confirmed: ReadonlyMap<string, number>
  readonly failures: Readonly<Record<string, number>>
  readonly actions: Readonly<Record<string, number>>
}

/** Returns numbers from 0 to 1 that depend on the seed alone. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Readers of one process or of the pages. */
export interface Readers {
  /** Returns the number of the last message that all have seen. */
  progress(): Promise<number>
  verdicts(): Promise<Pick<ChaosResult, 'verdicts' | 'seen'>>
}

async function startReaders(url: string, ours: number, others: number): Promise<Readers> {
  const child = await startScript('readers.ts', url, String(ours), String(others))
  const ask = async (question: string) => {
    child.send(question)
    return (await once(child, 'message'))[0]
  }
  return { progress: () => ask('progress'), verdicts: () => ask('verdicts') }
}

/** Faults of the processes, the log and the readers. Each method resolves once the fault is over. */
class Chaos {
  readonly #options: ChaosOptions
  readonly #random: () => number
  readonly #processes: Processes
  readonly #proxy: Proxy
  readonly #publisher: Publisher
  readonly #readers: readonly Readers[]

  constructor(
    options: ChaosOptions,
    random: () => number,
    processes: Processes,
    proxy: Proxy,
    publisher: Publisher,
    readers: readonly Readers[],
  ) {
    this.#options = options
    this.#random = random
    this.#processes = processes
    this.#proxy = proxy
    this.#publisher = publisher
    this.#readers = readers
  }

  get #count(): number {
    return this.#options.readers.reduce((sum, each) => sum + each, 0)
  }

  get actions(): Record<string, () => Promise<void>> {
    const { redis } = this.#options
    const { ports } = this.#processes
    return {
      kill: () => this.#kill(ports[Math.floor(this.#random() * ports.length)]!, 500),
      'rolling restart': () => this.#roll(),
      cut: async () => this.#proxy.cut(this.#some(0.2)),
      'keep away': () => this.#without(0.1, () => this.#wait(3000)),
      ...(redis && {
        'kill redis': () => this.#restart(redis, 'SIGKILL'),
        'stop redis': () => this.#restart(redis, 'SIGTERM'),
        'suspend redis': async () => {
          redis.signal('SIGSTOP')
          await this.#wait(800)
          redis.signal('SIGCONT')
        },
        trim: () => this.#trim(redis),
      }),
    }
  }

  /** Does one of them after another until a condition holds. Returns how often each was done. */
  async run(isOver: () => boolean): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    const actions = Object.entries(this.actions)
    const waiting = [...actions]
    const indexOf = (list: readonly unknown[]) => Math.floor(this.#random() * list.length)
    while (!isOver() || waiting.length > 0) {
      // All once, then at random.
      const [name, act] = waiting.splice(indexOf(waiting), 1)[0] ?? actions[indexOf(actions)]!
      counts[name] = (counts[name] ?? 0) + 1
      await act()
      // A process that is alone is down meanwhile.
      await this.#wait(this.#processes.ports.length > 1 ? 600 : 3000)
    }
    return counts
  }

  async #kill(port: number, maxDownMs: number): Promise<void> {
    await this.#processes.kill(port)
    await this.#wait(maxDownMs)
    await this.#processes.start(port)
  }

  async #roll(): Promise<void> {
    for (const port of this.#processes.ports) {
      this.#proxy.draining.add(port)
      await this.#processes.close(port, 1000)
      await this.#processes.start(port)
      this.#proxy.draining.delete(port)
    }
  }

  /** Keeps some readers away while a function runs. */
  async #without(part: number, run: () => Promise<void>): Promise<void> {
    const concerns = this.#some(part)
    const names = Array.from({ length: this.#count }, (_, index) => String(index)).filter(concerns)
    for (const name of names) this.#proxy.banned.add(name)
    this.#proxy.cut(concerns)
    await run()
    this.#proxy.banned.clear()
  }

  /** Trims the log below readers that are away. No process may run then, because it may have what is trimmed. */
  async #trim(redis: RedisServer): Promise<void> {
    // A reader that has not returned since Redis lost its messages would be told of that.
    await this.#publisher.publish(1, true)
    await reach(this.#readers, this.#publisher.last, 30_000)
    await this.#without(0.1, async () => {
      await this.#publisher.publish(20, true)
      const { ports } = this.#processes
      await Promise.all(ports.map((port) => this.#processes.kill(port)))
      await redis.command('XTRIM', 'ticks', 'MAXLEN', '5')
      await Promise.all(ports.map((port) => this.#processes.start(port)))
    })
  }

  async #restart(redis: RedisServer, signal: NodeJS.Signals): Promise<void> {
    await redis.stop(signal)
    await this.#wait(1000)
    await redis.start()
  }

  /** Chooses some readers. */
  #some(part: number): (reader: string) => boolean {
    const count = this.#count
    const first = Math.floor(this.#random() * count)
    return (reader) => reader !== '' && (Number(reader) - first + count) % count < part * count
  }

  #wait(maxMs: number): Promise<void> {
    return wait(this.#random() * maxMs * this.#options.pace)
  }
}

/** Waits until all readers have seen a message. */
async function reach(readers: readonly Readers[], number: number, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs
  for (const { progress } of readers)
    while ((await progress()) < number) {
      if (Date.now() > end)
        throw new Error(`A reader has seen nothing after message ${await progress()} of ${number}.`)
      await wait(50)
    }
}

/** Publishes messages to readers while processes, the log and connections fail. */
export async function runChaos(options: ChaosOptions, ports: readonly number[]): Promise<ChaosResult> {
  const { place, readers, messages, maxMessages, durationMs, seed } = options
  const random = createRandom(seed)
  const processes = new Processes(ports, (port) => [place, String(port), String(maxMessages)])
  for (const port of ports) await processes.start(port)
  const proxy = new Proxy(ports)
  const [ours, eventsource, chromium] = readers
  // A browser opens six connections to a host.
  const hosts = Array.from(
    { length: Math.max(1, Math.ceil(chromium / 5)) },
    (_, index) => `127.0.0.${index + 1}`,
  )
  await proxy.listen(hosts)
  const origins = hosts.map((host) => `http://${host}:${proxy.port}/`)
  const groups = [await startReaders(origins[0]!, ours, eventsource)]
  if (chromium > 0) groups.push(await openPages(origins, chromium, ours + eventsource))
  const publisher = new Publisher(origins[0]!, createRandom(seed + 1))
  // Each reader has a position before the first fault.
  while (Math.min(...(await Promise.all(groups.map(({ progress }) => progress())))) === 0)
    await publisher.publish(1, true)
  // Some of these came before some readers.
  publisher.confirmed.clear()
  const over = new AbortController()
  const chaos = new Chaos(options, random, processes, proxy, publisher, groups)
    .run(() => publisher.last >= messages)
    .finally(() => over.abort())
  const begin = Date.now()
  while (!over.signal.aborted) {
    const due = ((Date.now() - begin) / durationMs) * messages - publisher.last
    const isLate = publisher.last >= messages
    if (due >= 1) await publisher.publish(isLate ? 1 : Math.min(100, Math.ceil(due)))
    await wait(isLate ? 50 : 5)
  }
  const actions = await chaos
  await publisher.publish(1, true)
  await reach(groups, publisher.last, 30_000)
  const results = await Promise.all(groups.map((group) => group.verdicts()))
  return {
    verdicts: results.flatMap(({ verdicts }) => verdicts),
    seen: results.flatMap(({ seen }) => seen),
    confirmed: publisher.confirmed,
    failures: publisher.failures,
    actions,
  }
}
