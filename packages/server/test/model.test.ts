import { createFakeClock, type FakeClock } from '@headwater/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChannel, memoryLog, type Channel } from '../src/index.ts'
import { findGap, isAfter, isPosition, split } from '../src/resume.ts'
import { Client, requestTo, settle, uniqueName } from './harness.ts'

interface Events {
  tick: { n: number; group: number }
}

interface Entry {
  readonly n: number
  readonly group: number
  readonly expiresAt: number | undefined
}

/** The log as it must be: what was published, and how much of it is kept. */
interface Model {
  readonly entries: Entry[]
  readonly kept: number
  readonly readers: ReaderModel[]
}

/** Client with the group it may see, and the position that it has after the blocks it has seen. */
interface ReaderModel {
  readonly client: Client
  readonly group: number
  /** Position at which it began, and the position that it knew. */
  readonly begin: string
  readonly lastEventId: string | undefined
  disconnected: boolean
}

interface Real {
  readonly channel: Channel<Events, { readonly group: number; readonly key: object }>
  readonly clock: FakeClock
  readonly epoch: string
}

const GROUPS = 3
const start = (model: Model) => Math.max(0, model.entries.length - model.kept)

/** Checks all that a client has seen. `isQuiet`: it has read all that there is. */
function check(model: Model, { clock, epoch }: Real, reader: ReaderModel, isQuiet: boolean): void {
  let position = reader.begin
  /** Nothing that this reader may see is between two positions of the log. */
  const expectNothingBetween = (to: string) => {
    const [epochOfPosition, from] = split(position)
    if (String(epochOfPosition) !== epoch) return
    const skipped = model.entries.slice(from, split(to)[1])
    for (const { n, group, expiresAt } of skipped)
      if (group === reader.group && (expiresAt === undefined || expiresAt > clock.now()))
        throw new Error(`lost ${n} between ${position} and ${to}: ${reader.client.text.slice(-300)}`)
  }
  for (const { type, data, id } of blocksOf(reader.client.text)) {
    if (type === 'headwater.gap') {
      const { from, to } = JSON.parse(data) as { from: string; to: string | null }
      expect([null, id]).toContain(to)
      if (isPosition(from) && split(from)[0] === Number(epoch) && to !== null) {
        expect(split(from)[1]).toBeGreaterThanOrEqual(split(position)[1])
        expectNothingBetween(from)
        // Only what the log does not have any more may be missing.
        expect(split(id)[1]).toBeLessThanOrEqual(start(model))
        expect(split(from)[1]).toBeLessThan(split(id)[1])
      } else expect(from).toBe(reader.lastEventId)
      position = id
      continue
    }
    expect(isAfter(id, position) || (id === position && type === '')).toBe(true)
    if (type === '') {
      expectNothingBetween(id)
    } else {
      const n = split(id)[1]
      expectNothingBetween(`${epoch}-${n - 1}`)
      const entry = model.entries[n - 1]!
      expect(JSON.parse(data)).toEqual({ n, group: entry.group })
      expect(entry.group).toBe(reader.group)
    }
    position = id
  }
  if (isQuiet) expectNothingBetween(`${epoch}-${model.entries.length}`)
}

/** Returns messages, and blocks without data that change the position as blocks without a type. */
function blocksOf(text: string): { type: string; data: string; id: string }[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
      const id = field('id')
      return id === undefined ? [] : [{ type: field('event') ?? '', data: field('data') ?? '', id }]
    })
}

class Publish implements fc.AsyncCommand<Model, Real> {
  readonly #groups: readonly number[]
  readonly #ttlMs: number | undefined
  constructor(groups: readonly number[], ttlMs: number | undefined) {
    this.#groups = groups
    this.#ttlMs = ttlMs
  }
  check = () => true
  async run(model: Model, { channel, clock, epoch }: Real): Promise<void> {
    const expiresAt = this.#ttlMs === undefined ? undefined : clock.now() + this.#ttlMs
    const ids = this.#groups.map((group) => {
      const n = model.entries.push({ n: model.entries.length + 1, group, expiresAt })
      return channel.publish('tick', { n, group }, { expiresAt })
    })
    expect(await Promise.all(ids)).toEqual(
      this.#groups.map((_, index) => `${epoch}-${model.entries.length - this.#groups.length + index + 1}`),
    )
  }
  toString = () => `publish(${this.#groups.length}, ${this.#ttlMs})`
}

class Connect implements fc.AsyncCommand<Model, Real> {
  readonly #group: number
  readonly #cursor: { readonly kind: string; readonly part: number }
  constructor(group: number, cursor: { readonly kind: string; readonly part: number }) {
    this.#group = group
    this.#cursor = cursor
  }
  check = () => true
  async run(model: Model, real: Real): Promise<void> {
    const { channel, epoch } = real
    const head = model.entries.length
    const { kind, part } = this.#cursor
    const n = Math.round(part * (head + 2))
    const ids: Record<string, string> = {
      known: `${epoch}-${n}`,
      old: `${Number(epoch) - 1}-${n}`,
      later: `${Number(epoch) + 1}-${n}`,
      malformed: `${epoch}:${n}`,
    }
    const lastEventId = ids[kind]
    const from = kind === 'start' ? 'start' : kind === 'last' ? n : 'now'
    const key = {}
    const response = await channel.respond(requestTo(lastEventId), {
      reader: { group: this.#group, key },
      from,
    })
    expect(response.status).toBe(200)
    const client = new Client(response)
    let begin = lastEventId
    if (lastEventId === undefined) {
      expect(response.headers.get('sse-resume')).toBe(null)
      const first = kind === 'now' ? head : Math.max(start(model), kind === 'start' ? 0 : head - n)
      await client.read()
      begin = blocksOf(client.text)[0]!.id
      // What was published in the same turn may still be sent.
      expect(isAfter(begin, `${epoch}-${first}`)).toBe(false)
      expect(split(begin)[1]).toBeGreaterThanOrEqual(0)
    } else {
      const next = kind === 'known' ? (n < head ? Math.max(n, start(model)) + 1 : undefined) : 0
      const gap =
        next === 0
          ? true
          : findGap(lastEventId, next === undefined ? next : `${epoch}-${next}`, `${epoch}-${head}`)
      // The ring of the process may have more than the log.
      const mayHaveMore = kind === 'known' && n <= head
      if (!(gap && mayHaveMore)) expect(response.headers.get('sse-resume')).toBe(gap ? 'gap' : 'complete')
    }
    model.readers.push({ client, group: this.#group, begin: begin!, lastEventId, disconnected: false })
  }
  toString = () => `connect(${this.#cursor.kind} ${this.#cursor.part}, group ${this.#group})`
}

/** Lets a client read one chunk, or all. */
class Read implements fc.AsyncCommand<Model, Real> {
  readonly #index: number
  readonly #all: boolean
  constructor(index: number, all: boolean) {
    this.#index = index
    this.#all = all
  }
  check = (model: Readonly<Model>) => model.readers.length > 0
  async run(model: Model, real: Real): Promise<void> {
    const reader = model.readers[this.#index % model.readers.length]!
    if (this.#all) await reader.client.readAll()
    else {
      void reader.client.read()
      await settle()
    }
    check(model, real, reader, this.#all && !reader.client.done && !reader.disconnected)
  }
  toString = () => `read(${this.#index}, ${this.#all ? 'all' : 'one'})`
}

class Disconnect implements fc.AsyncCommand<Model, Real> {
  readonly #group: number
  constructor(group: number) {
    this.#group = group
  }
  check = () => true
  async run(model: Model, { channel }: Real): Promise<void> {
    channel.disconnect(({ group }) => group === this.#group)
    for (const reader of model.readers) if (reader.group === this.#group) reader.disconnected = true
    for (const { client, disconnected } of model.readers) {
      if (!disconnected) continue
      await client.readAll()
      expect(client.done).toBe(true)
    }
  }
  toString = () => `disconnect(group ${this.#group})`
}

/** Lets time pass. Readers that do not read for long are closed. */
class Pass implements fc.AsyncCommand<Model, Real> {
  readonly #ms: number
  constructor(ms: number) {
    this.#ms = ms
  }
  check = () => true
  async run(_: Model, { clock }: Real): Promise<void> {
    await clock.advance(this.#ms)
    await settle()
  }
  toString = () => `pass(${this.#ms})`
}

const group = fc.integer({ min: 0, max: GROUPS - 1 })
const cursor = fc.record({
  kind: fc.constantFrom('known', 'known', 'known', 'now', 'start', 'last', 'old', 'later', 'malformed'),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
})
const commands = fc.commands(
  [
    fc
      .tuple(fc.array(group, { minLength: 1, maxLength: 8 }), fc.option(fc.constantFrom(500, 5000)))
      .map(([groups, ttl]) => new Publish(groups, ttl ?? undefined)),
    fc
      .tuple(fc.array(group, { minLength: 100, maxLength: 900, size: 'max' }))
      .map(([groups]) => new Publish(groups, undefined)),
    fc.tuple(group, cursor).map(([each, at]) => new Connect(each, at)),
    fc.tuple(fc.nat(20), fc.boolean()).map(([index, all]) => new Read(index, all)),
    fc.tuple(fc.nat(20), fc.boolean()).map(([index, all]) => new Read(index, all)),
    group.map((each) => new Disconnect(each)),
    fc.constantFrom(100, 1000, 8000).map((ms) => new Pass(ms)),
  ],
  { maxCommands: 60, size: 'max' },
)

test('any interleaving of publishing, trimming, connecting and slow reading loses nothing that is not told as a gap', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.constantFrom(3, 200, 2000), async (list, kept) => {
      const clock = createFakeClock()
      const log = memoryLog({ clock, maxMessages: kept })
      const epoch = String(split(await log.start())[0])
      const channel: Real['channel'] = createChannel(uniqueName(), {
        log,
        clock,
        filter: (message, reader) => message.data.group === reader.group,
        stallMs: 1e9,
        maxBufferedBytes: 2000,
      })
      const model: Model = { entries: [], kept, readers: [] }
      const real = { channel, clock, epoch }
      await fc.asyncModelRun(() => ({ model, real }), list)
      for (const reader of model.readers) {
        await reader.client.readAll()
        check(model, real, reader, !reader.client.done)
        // A heartbeat tells the position of a reader that is sent nothing.
      }
      await clock.advance(8000)
      for (const reader of model.readers) {
        if (reader.client.done) continue
        await reader.client.readAll()
        expect(blocksOf(reader.client.text).at(-1)!.id).toBe(`${epoch}-${model.entries.length}`)
      }
      await channel.close()
      for (const { client } of model.readers) await client.readToEnd()
      expect(channel.readers).toBe(0)
    }),
    { numRuns: Number(process.env.HEADWATER_RUNS ?? 60), interruptAfterTimeLimit: 20_000, endOnFailure: true, timeout: 5000 },
  )
}, 120_000)
