import type { Order } from './server.ts'

/** Publishes numbered messages through the proxy, as an app does that tries again. */
export class Publisher {
  readonly #url: string
  readonly #random: () => number
  #number = 0
  /** Ids that a server has confirmed, with the numbers of the messages. */
  readonly confirmed = new Map<string, number>()
  /** Answers other than an id, and requests without an answer. */
  readonly failures: Record<string, number> = {}

  constructor(url: string, random: () => number) {
    this.#url = url
    this.#random = random
  }

  /** Number of the last message. */
  get last(): number {
    return this.#number
  }

  /** Publishes some messages at once. Half of the time with keys, so that they can be published again until all are confirmed. */
  async publish(count: number, hasKeys = this.#random() < 0.5): Promise<void> {
    let orders: (Order & { readonly n: number })[] = Array.from({ length: count }, () => {
      const n = ++this.#number
      const data = `${n} ${'x'.repeat(this.#random() * 300)}`
      return { n, data, dedupeKey: hasKeys ? String(n) : undefined }
    })
    for (;;) {
      const answers = await this.#post(orders)
      const failed = orders.filter(({ n }, index) => !this.#confirm(n, answers?.[index]))
      if (!hasKeys || failed.length === 0) return
      orders = failed
      await new Promise((resolve) => void setTimeout(resolve, 50))
    }
  }

  #confirm(n: number, answer = 'no answer'): boolean {
    const isId = /^\d+-\d+$/.test(answer)
    if (isId) this.confirmed.set(answer, n)
    else this.failures[answer] = (this.failures[answer] ?? 0) + 1
    return isId
  }

  async #post(orders: readonly Order[]): Promise<string[] | undefined> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body: JSON.stringify(orders),
        signal: AbortSignal.timeout(10_000),
      })
      return (await response.json()) as string[]
    } catch {
      return undefined
    }
  }
}
