// The page and the workers of the platform's checks: one script for all.
import { EventSource } from '../../src/event-source.ts'
import { checks } from './checks.ts'
import type { Origins, Scope } from './listen.ts'
import { windowChecks } from './window-checks.ts'

/** How long a check may take: the longest of them waits for half a second. */
const LIMIT_MS = 4_000

// With `?own` in the address the browser's own class is held to it.
if (!location.search.includes('own')) globalThis.EventSource = EventSource

interface Order {
  readonly title: string
  readonly origins: Origins
}

export const titles = (scope: Scope): string[] =>
  [...checks, ...windowChecks].filter(({ scopes }) => scopes.includes(scope)).map(({ title }) => title)

/** What is wrong; nothing where it passes. */
export async function run({ title, origins }: Order): Promise<string> {
  const check = [...checks, ...windowChecks].find((check) => check.title === title)!
  const limit = new Promise<string[]>((resolve) => setTimeout(() => resolve(['nothing more']), LIMIT_MS))
  const log = await Promise.race([
    Promise.resolve(check.run(origins)).catch((error) => [String(error)]),
    limit,
  ])
  const [is, ought] = [log.join(', '), check.expected.join(', ')]
  return is === ought ? '' : `${is}, not ${ought}`
}

const serve = (port: Pick<MessagePort, 'postMessage' | 'addEventListener'>) =>
  port.addEventListener('message', async ({ data }) => port.postMessage(await run(data as Order)))

if (typeof document !== 'object') {
  if ('onconnect' in globalThis)
    addEventListener('connect', (event) => {
      const [port] = (event as MessageEvent).ports
      serve(port!)
      port!.start()
    })
  else serve(globalThis as unknown as MessagePort)
}

/** Runs a check in a worker made for it. */
export function runIn(scope: 'dedicated' | 'shared', order: Order): Promise<string> {
  const url = `/page.js${location.search}`
  return new Promise((resolve) => {
    const worker = scope === 'shared' ? new SharedWorker(url, order.title).port : new Worker(url)
    worker.addEventListener('message', ({ data }: MessageEventInit<string>) => resolve(data!))
    if ('start' in worker) worker.start()
    worker.postMessage(order)
  })
}
