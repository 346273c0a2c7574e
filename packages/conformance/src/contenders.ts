import { readFileSync } from 'node:fs'
import { EventSource } from 'eventsource'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts'

/** A mounted component. */
export interface MountedComponent {
  setUrl(url: string): void
  unmount(): void
}

/** Props of a component that shows an event stream. */
export interface ContenderProps {
  url: string
  /** Sent by each contender that can send headers. */
  headers: { authorization: string }
  /** Called for each message. Passed inline, as in most applications. */
  onMessage(data: string): void
  /** Called on each render with the URL and the data. */
  onRender(url: string, data: string | null | undefined): void
}

/** One way to use an event stream in a component: a binding of Headwater, another library, or code by hand. */
export interface Contender {
  readonly name: string
  mount(props: ContenderProps): MountedComponent
}

const current: { server: LoopbackServer; components: MountedComponent[] } = {
  server: undefined as never,
  components: [],
}
/** Repeats an assertion until it passes. The timeout allows for a busy machine. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 4_000, interval: 10 })
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Publishes a text until a component has received it: it then has a connection. */
async function publishUntilReceived(received: readonly string[], text = 'x'): Promise<void> {
  await until(() => {
    if (!received.includes(text)) current.server.publish(text)
    expect(received).toContain(text)
  })
}

interface ObservedComponent extends MountedComponent {
  readonly received: string[]
  /** Each rendered combination of a path and a text. */
  readonly rendered: Set<string>
}

function mount(contender: Contender, path = '/a'): ObservedComponent {
  const received: string[] = []
  const rendered = new Set<string>()
  const pathOf = (url: string) => new URL(url).pathname
  const component = contender.mount({
    url: current.server.url + path,
    headers: { authorization: 'Bearer mine' },
    onMessage: (data) => received.push(data),
    onRender: (url, data) => rendered.add(`${pathOf(url)} ${data ?? '-'}`),
  })
  current.components.push(component)
  const setUrl = (nextPath: string) => component.setUrl(current.server.url + nextPath)
  return { ...component, setUrl, received, rendered }
}

/** Rows of the READMEs' comparison tables. Each function resolves with true if the contender meets the row. */
const rowTests: { [title: string]: (contender: Contender) => Promise<boolean> } = {
  async 'Two components hold one connection'(contender) {
    const components = [mount(contender), mount(contender)]
    for (const { received } of components) await publishUntilReceived(received)
    return current.server.requests.length === 1
  },
  async 'A burst of five messages calls back five times'(contender) {
    const { received } = mount(contender)
    await until(() => expect(current.server.connections).toBeGreaterThan(0))
    // Several bursts, because a contender that reconnects all the time may receive a single one by chance.
    const sent: string[] = []
    for (const burst of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const messages = [1, 2, 3, 4, 5].map((number) => burst + number)
      current.server.publish(...messages)
      sent.push(...messages)
      await until(() => expect(received).toContain(messages.at(-1)))
    }
    return received.join() === sent.join()
  },
  async 'A callback written inline causes no reconnect'(contender) {
    const { received } = mount(contender)
    // A contender that reconnects after a message receives the next one over another connection.
    for (const text of ['a', 'b', 'c']) await publishUntilReceived(received, text)
    return current.server.requests.length === 1
  },
  async 'Nothing of the old url is shown under the new one'(contender) {
    const { setUrl, rendered } = mount(contender)
    await until(() => expect(current.server.connections).toBe(1))
    current.server.publish('old')
    await until(() => expect([...rendered]).toContain('/a old'))
    setUrl('/b')
    await until(() => expect([...rendered].join()).toContain('/b'))
    await sleep(150)
    return rendered.has('/b -') && !rendered.has('/b old')
  },
  async 'A 503 is followed by another attempt'(contender) {
    current.server.refuseNext()
    mount(contender)
    await until(() => expect(current.server.requests.length).toBeGreaterThan(1))
    return true
  },
  async 'A remount keeps the connection'(contender) {
    const first = mount(contender)
    await until(() => expect(current.server.connections).toBe(1))
    first.unmount()
    await publishUntilReceived(mount(contender).received)
    return current.server.requests.length === 1
  },
  async 'The request carries a token'(contender) {
    mount(contender)
    await until(() => expect(current.server.requests.length).toBeGreaterThan(0))
    return current.server.requests[0]!.authorization === 'Bearer mine'
  },
}

/**
 * Registers tests that compare contenders with the comparison table in a README: each cell has to be what the contender does, and
 * Headwater has to meet all rows.
 */
export function testContenders(readmeFile: string, contenders: readonly Contender[]): void {
  vi.stubGlobal('EventSource', EventSource)
  beforeEach(async () => {
    Object.assign(current, { server: await startLoopbackServer(), components: [] })
  })
  afterEach(async () => {
    for (const component of current.components) component.unmount()
    await current.server.close()
  })

  const rows = readFileSync(readmeFile, 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))

  describe.each(contenders)('$name', (contender) => {
    const header = rows.find((row) => row.includes(contender.name) && row.includes('Headwater')) ?? []

    test.each(Object.keys(rowTests))('%s: as the README table says', async (title) => {
      const cell = rows.find((row) => row[1] === title)?.[header.indexOf(contender.name)]
      const passes = await rowTests[title]!(contender).catch(() => false)
      if (contender.name === 'Headwater') expect(passes).toBe(true)
      expect(cell).toBe(passes ? 'yes' : 'no')
    })
  })
}
