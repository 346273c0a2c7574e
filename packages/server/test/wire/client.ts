import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { createParser } from '@headwater/core/parser'

/** Time limit for anything that a server has to send, in milliseconds. */
export const LIMIT_MS = 20_000

/** Message as it came, and its position. */
export interface WireMessage {
  readonly type: string
  readonly data: string
  readonly id: string
}

/** One response, read as plain text. */
export class WireClient {
  readonly response: IncomingMessage
  text = ''
  ended = false
  readonly messages: WireMessage[] = []
  readonly #parser = createParser({
    onMessage: ({ type, data, id }) => void this.messages.push({ type, data, id }),
  })
  #changed: () => void = () => {}

  constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      this.text += chunk
      this.#parser.feed(chunk)
      this.#changed()
    })
    response.on('error', () => {})
    response.on('end', () => this.#changed())
    response.on('close', () => {
      this.ended = true
      this.#changed()
    })
  }

  /** Opens the stream. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<WireClient> {
    const sent = request(url, { headers, agent: false }).end()
    const timer = setTimeout(
      () => sent.destroy(new Error(`There was no response within ${LIMIT_MS} ms.`)),
      LIMIT_MS,
    )
    try {
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      return new WireClient(response)
    } finally {
      clearTimeout(timer)
    }
  }

  header(name: string): string {
    return this.response.headers[name]?.toString() ?? ''
  }

  get symbols(): string[] {
    return this.messages.map(({ data }) => (JSON.parse(data) as { symbol: string }).symbol)
  }

  /** First block of the response, which has no message. */
  async preamble(): Promise<string> {
    await this.until('the first block', () => this.text.includes('\n\n'))
    return this.text.slice(0, this.text.indexOf('\n\n') + 2)
  }

  /** Waits until the condition holds. */
  async until(title: string, condition: () => boolean, limitMs = LIMIT_MS): Promise<this> {
    const start = Date.now()
    while (!condition()) {
      const left = limitMs - (Date.now() - start)
      if (left <= 0 || this.ended)
        throw new Error(
          `${title} did not come ${this.ended ? 'before the end' : `within ${limitMs} ms`} of: ${this.text.slice(-500)}`,
        )
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#changed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this
  }

  /** Waits for a number of messages. */
  count(n: number, limitMs = LIMIT_MS): Promise<this> {
    return this.until(`message ${n}`, () => this.messages.length >= n, limitMs)
  }

  /** Waits for the end of the response, which must not break off. */
  async end(): Promise<void> {
    await this.until('the end', () => this.response.complete)
  }

  /** Breaks the connection. */
  drop(): void {
    this.response.destroy()
  }
}
