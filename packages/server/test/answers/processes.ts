import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { createEventStream, type EventStreamOptions, text } from '@headwater/core'
import { onTestFinished } from 'vitest'
import { serve } from '../harness.ts'

const CHILD = new URL('child.ts', import.meta.url).pathname

/** A model: each request for an id is counted, and gets the parts of its text, one line each. */
export class Model {
  url = ''
  /** Number of requests by id. */
  readonly calls = new Map<string, number>()
  /** Open responses by id. */
  readonly open = new Map<string, ServerResponse>()
  readonly #paceMs: number | undefined
  /** Number of parts that were sent. */
  #sent = 0
  #waiting: { readonly sent: number; readonly resolve: () => void }[] = []

  /** @param paceMs Longest time between two parts. Without it, the test sends them. */
  static async start(paceMs?: number): Promise<Model> {
    const model = new Model(paceMs)
    model.url = await serve((request, response) => model.#answer(request.url!.slice(1), response))
    return model
  }

  constructor(paceMs?: number) {
    this.#paceMs = paceMs
  }

  async send(id: string, ...parts: string[]): Promise<void> {
    await this.asked(id)
    for (const part of parts) this.open.get(id)!.write(`${JSON.stringify({ part })}\n`)
  }

  async asked(id: string): Promise<void> {
    while (!this.open.has(id)) await new Promise(setImmediate)
  }

  /** Waits until it has sent a number of parts more, in all answers. */
  async parts(count: number): Promise<void> {
    const sent = this.#sent + count
    await new Promise<void>((resolve) => this.#waiting.push({ sent, resolve }))
    this.#waiting = this.#waiting.filter((each) => each.sent > this.#sent)
  }

  /** Lets everybody go who waits for parts. */
  release(): void {
    for (const { resolve } of this.#waiting) resolve()
  }

  end(id: string): void {
    this.open.get(id)!.end()
  }

  #answer(id: string, response: ServerResponse): void {
    this.calls.set(id, (this.calls.get(id) ?? 0) + 1)
    this.open.set(id, response)
    response
      .on('close', () => this.open.delete(id))
      .writeHead(200)
      .flushHeaders()
    if (this.#paceMs === undefined) return
    const parts = partsOf(id)
    const next = () => {
      if (response.destroyed) return
      const part = parts.shift()
      if (part === undefined) return void response.end()
      response.write(`${JSON.stringify({ part })}\n`)
      this.#sent++
      for (const { sent, resolve } of this.#waiting) if (sent <= this.#sent) resolve()
      setTimeout(next, Math.random() * this.#paceMs!)
    }
    next()
  }
}

/** Parts of the answer that the model gives. */
export const partsOf = (id: string): string[] =>
  Array.from({ length: 20 + (id.length % 7) * 5 }, (_, n) => `${id}.${n} `)

/** A process that serves answers. */
export class Server {
  readonly #args: readonly string[]
  #child: ChildProcess | undefined
  #isReady = false
  url = ''
  /** Errors that it has reported. */
  readonly errors: string[] = []

  static async start(place: string, model: Model, leaseMs: number): Promise<Server> {
    const server = new Server([CHILD, place, model.url, String(leaseMs)])
    onTestFinished(() => server.kill())
    await server.start()
    return server
  }

  constructor(args: readonly string[]) {
    this.#args = args
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, this.#args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    const lines = createInterface({ input: child.stdout })
    const [port] = (await once(lines, 'line')) as [string]
    lines.on('line', (line) => void this.errors.push(line))
    this.url = `http://127.0.0.1:${port}/`
    this.#isReady = true
  }

  /** Closes the connections of its readers. */
  cut(): void {
    // A process that has not begun to listen would end.
    if (this.#isReady) this.signal('SIGUSR2')
  }

  signal(signal: NodeJS.Signals): void {
    this.#child!.kill(signal)
  }

  async kill(): Promise<void> {
    const child = this.#child!
    this.#isReady = false
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

/** Reads an answer with core's client. `url` is asked for at each attempt. */
export const read = (id: string, url: () => string, options: ReadOptions = {}) =>
  createEventStream(() => url() + id, {
    key: `${id} ${Math.random()}`,
    fold: text(({ data }) => (JSON.parse(data) as { part: string }).part),
    retry: { baseMs: 20 },
    ...options,
  })

type ReadOptions = Pick<EventStreamOptions, 'method' | 'idempotent' | 'onGap' | 'retry'>
export type TextStream = ReturnType<typeof read>

/** Options of a request that starts an answer. To send it again is safe. */
export const starting = { method: 'POST', idempotent: true } as const

/** Opens a stream. Resolves with its last snapshot, once it is over. */
export const readToEnd = (stream: TextStream): Promise<ReturnType<TextStream['getSnapshot']>> =>
  new Promise((resolve) => {
    const leave = stream.subscribe(() => {
      const snapshot = stream.getSnapshot()
      if (snapshot.status !== 'closed') return
      // Not before `leave` is there.
      queueMicrotask(() => leave())
      resolve(snapshot)
    })
  })
