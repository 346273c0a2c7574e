import type { FakeClock } from '@headwater/core/testing'
import type { AsyncCommand } from 'fast-check'
import { assert } from 'vitest'
import type { Channel } from '../src/index.ts'
import { findGap, isAfter, isPosition, split } from '../src/resume.ts'
import { Client, requestTo, settle } from './harness.ts'

export interface Events {
  tick: { n: number; group: number }
}

interface Entry {
  readonly n: number
  readonly group: number
  readonly expiresAt: number | undefined
}

/** The log as it must be: what was published, and how much of it is kept. */
export interface Model {
  readonly entries: Entry[]
  readonly kept: number
  readonly readers: ReaderModel[]
}

/** Client with the group it may see, and the position that it has after the blocks it has seen. */
export interface ReaderModel {
  readonly client: Client
  readonly group: number
  /** Position at which it began, and the position that it knew. */
  readonly begin: string
  readonly lastEventId: string | undefined
  disconnected: boolean
}

export interface Real {
  readonly channel: Channel<Events, { readonly group: number; readonly key: object }>
  readonly clock: FakeClock
  readonly epoch: string
}

export const GROUPS = 3
const start = (model: Model) => Math.max(0, model.entries.length - model.kept)

/** Checks all that a client has seen. `isQuiet`: it has read all that there is. */
export function check(model: Model, { clock, epoch }: Real, reader: ReaderModel, isQuiet: boolean): void {
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
      assert.include([null, id], to)
      if (isPosition(from) && split(from)[0] === Number(epoch) && to !== null) {
        assert.isAtLeast(split(from)[1], split(position)[1])
        expectNothingBetween(from)
        // Only what the log does not have any more may be missing.
        assert.isAtMost(split(id)[1], start(model))
        assert.isBelow(split(from)[1], split(id)[1])
      } else assert.equal(from, reader.lastEventId)
      position = id
      continue
    }
    assert.equal(isAfter(id, position) || (id === position && type === ''), true)
    if (type === '') {
      expectNothingBetween(id)
    } else {
      const n = split(id)[1]
      expectNothingBetween(`${epoch}-${n - 1}`)
      const entry = model.entries[n - 1]!
      assert.deepEqual(JSON.parse(data), { n, group: entry.group })
      assert.equal(entry.group, reader.group)
    }
    position = id
  }
  if (isQuiet) expectNothingBetween(`${epoch}-${model.entries.length}`)
}

/** Returns messages, and blocks without data that change the position as blocks without a type. */
export function blocksOf(text: string): { type: string; data: string; id: string }[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
      const id = field('id')
      return id === undefined ? [] : [{ type: field('event') ?? '', data: field('data') ?? '', id }]
    })
}

export class Publish implements AsyncCommand<Model, Real> {
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
    assert.deepEqual(
      await Promise.all(ids),
      this.#groups.map((_, index) => `${epoch}-${model.entries.length - this.#groups.length + index + 1}`),
    )
  }
  toString = () => `publish(${this.#groups.length}, ${this.#ttlMs})`
}

export class Connect implements AsyncCommand<Model, Real> {
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
    assert.equal(response.status, 200)
    const client = new Client(response)
    let begin = lastEventId
    if (lastEventId === undefined) {
      assert.equal(response.headers.get('sse-resume'), null)
      const first = kind === 'now' ? head : Math.max(start(model), kind === 'start' ? 0 : head - n)
      await client.read()
      begin = blocksOf(client.text)[0]!.id
      // What was published in the same turn may still be sent.
      assert.equal(isAfter(begin, `${epoch}-${first}`), false)
      assert.isAtLeast(split(begin)[1], 0)
    } else {
      const next = kind === 'known' ? (n < head ? Math.max(n, start(model)) + 1 : undefined) : 0
      const gap =
        next === 0
          ? true
          : findGap(lastEventId, next === undefined ? next : `${epoch}-${next}`, `${epoch}-${head}`)
      // The ring of the process may have more than the log.
      const mayHaveMore = kind === 'known' && n <= head
      if (!(gap && mayHaveMore)) assert.equal(response.headers.get('sse-resume'), gap ? 'gap' : 'complete')
    }
    model.readers.push({ client, group: this.#group, begin: begin!, lastEventId, disconnected: false })
  }
  toString = () => `connect(${this.#cursor.kind} ${this.#cursor.part}, group ${this.#group})`
}

/** Lets a client read one chunk, or all. */
export class Read implements AsyncCommand<Model, Real> {
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

export class Disconnect implements AsyncCommand<Model, Real> {
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
      assert.equal(client.done, true)
    }
  }
  toString = () => `disconnect(group ${this.#group})`
}

/** Lets time pass. Readers that do not read for long are closed. */
export class Pass implements AsyncCommand<Model, Real> {
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
