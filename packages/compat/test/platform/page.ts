// Runs the platform checks in a page, its frames and its workers.
import { EventSource } from '../../src/event-source.ts'
import { checks } from './checks.ts'
import type { Origins, Scope } from './listen.ts'
import { windowChecks } from './window-checks.ts'

/** Time limit of a check. The longest check waits for half a second. */
const LIMIT_MS = 4_000

const native = globalThis.EventSource
// With `?native` in the URL the browser's own class is tested.
if (!location.search.includes('native')) globalThis.EventSource = EventSource

/** Describes the own properties of a class and its prototype, and the keys that a loop over an instance visits. */
function describeInterface(Class: typeof native): string[] {
  const source = new Class('/stream')
  source.close()
  const keys: string[] = []
  for (const key in source) keys.push(key)
  const describe = (object: object) =>
    Reflect.ownKeys(object).map((key) => {
      const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key)!
      const kind = get ? `get ${set ? 'set' : ''}` : typeof value === 'object' ? 'object' : typeof value
      return `${String(key)}: ${kind} ${/string|number/.test(kind) ? String(value) : ''} ${JSON.stringify(flags)}`
    })
  return [
    ...describe(Class),
    ...describe(Class.prototype).filter((line) => !line.startsWith('addEventListener:')),
    `keys: ${keys.sort().join()}`,
  ].sort()
}

/** Describes the browser's own class and ours. */
export const interfaces = (): string[][] => [native, EventSource].map(describeInterface)

interface CheckRequest {
  readonly title: string
  readonly origins: Origins
}

export const titles = (scope: Scope): string[] =>
  [...checks, ...windowChecks].filter(({ scopes }) => scopes.includes(scope)).map(({ title }) => title)

/** Runs a check. Returns a description of the failure, or `''` if it passes. */
export async function run({ title, origins }: CheckRequest): Promise<string> {
  const check = [...checks, ...windowChecks].find((check) => check.title === title)!
  const timeout = new Promise<string[]>((resolve) => setTimeout(() => resolve(['timeout']), LIMIT_MS))
  const log = await Promise.race([
    Promise.resolve(check.run(origins)).catch((error) => [String(error)]),
    timeout,
  ])
  const [actual, expected] = [log.join(', '), check.expected.join(', ')]
  return actual === expected ? '' : `${actual}, not ${expected}`
}

const serve = (port: Pick<MessagePort, 'postMessage' | 'addEventListener'>) =>
  port.addEventListener('message', async ({ data }) => port.postMessage(await run(data as CheckRequest)))

if (typeof document !== 'object') {
  if ('onconnect' in globalThis)
    addEventListener('connect', (event) => {
      const [port] = (event as MessageEvent).ports
      serve(port!)
      port!.start()
    })
  else serve(globalThis as unknown as MessagePort)
}

/** Runs a check in a worker of its own. */
export function runIn(scope: 'dedicated' | 'shared', request: CheckRequest): Promise<string> {
  const url = `/page.js${location.search}`
  return new Promise((resolve) => {
    const worker = scope === 'shared' ? new SharedWorker(url, request.title).port : new Worker(url)
    worker.addEventListener('message', ({ data }: MessageEventInit<string>) => resolve(data!))
    if ('start' in worker) worker.start()
    worker.postMessage(request)
  })
}
