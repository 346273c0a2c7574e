import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventSource } from 'eventsource'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Loopback, startLoopback } from '../src/loopback.ts'
import { type Contender, contenders, type Instance } from './contenders.ts'

vi.stubGlobal('EventSource', EventSource)

const held: { feed: Loopback; instances: Instance[] } = { feed: undefined as never, instances: [] }
beforeEach(async () => {
  Object.assign(held, { feed: await startLoopback(), instances: [] })
})
afterEach(async () => {
  for (const instance of held.instances) instance.unmount()
  await held.feed.close()
})

/** Long enough for what comes at all, on a machine that is busy too. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 4_000, interval: 10 })
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Watched extends Instance {
  readonly heard: string[]
  /** Each url with each text that was shown under it. */
  readonly pairs: Set<string>
}

function mount(contender: Contender, path = '/a'): Watched {
  const heard: string[] = []
  const pairs = new Set<string>()
  const at = (url: string) => new URL(url).pathname
  const instance = contender.mount({
    url: held.feed.url + path,
    heard: (data) => heard.push(data),
    shown: (url, data) => pairs.add(`${at(url)} ${data ?? '-'}`),
  })
  held.instances.push(instance)
  return { ...instance, setUrl: (next) => instance.setUrl(held.feed.url + next), heard, pairs }
}

/** Each tells whether it holds. */
const stories: { [title: string]: (contender: Contender) => Promise<boolean> } = {
  async 'Two components hold one connection'(contender) {
    mount(contender)
    mount(contender)
    await until(() => expect(held.feed.open).toBeGreaterThan(0))
    await sleep(150)
    return held.feed.open === 1
  },
  async 'A burst of five messages calls back five times'(contender) {
    const { heard } = mount(contender)
    await until(() => expect(held.feed.open).toBeGreaterThan(0))
    // More than one: who reconnects all the time can have luck with one of them.
    const said: string[] = []
    for (const burst of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const five = [1, 2, 3, 4, 5].map((number) => burst + number)
      held.feed.say(...five)
      said.push(...five)
      await until(() => expect(heard).toContain(five.at(-1)))
    }
    return heard.join() === said.join()
  },
  async 'A callback written inline causes no reconnect'(contender) {
    mount(contender)
    await until(() => expect(held.feed.open).toBe(1))
    for (const text of ['a', 'b', 'c']) {
      held.feed.say(text)
      await sleep(60)
    }
    return held.feed.requests.length === 1
  },
  async 'Nothing of the old url is shown under the new one'(contender) {
    const { setUrl, pairs } = mount(contender)
    await until(() => expect(held.feed.open).toBe(1))
    held.feed.say('old')
    await until(() => expect([...pairs]).toContain('/a old'))
    setUrl('/b')
    await until(() => expect([...pairs].join()).toContain('/b'))
    await sleep(150)
    return pairs.has('/b -') && !pairs.has('/b old')
  },
  async 'A 503 is followed by another attempt'(contender) {
    held.feed.refuse()
    mount(contender)
    await until(() => expect(held.feed.requests.length).toBeGreaterThan(1))
    return true
  },
  async 'A remount keeps the connection'(contender) {
    const first = mount(contender)
    await until(() => expect(held.feed.open).toBe(1))
    first.unmount()
    mount(contender)
    await sleep(150)
    return held.feed.requests.length === 1
  },
  async 'The request carries a token'(contender) {
    mount(contender)
    await until(() => expect(held.feed.requests.length).toBeGreaterThan(0))
    return held.feed.requests[0]!.authorization === 'Bearer mine'
  },
}

describe.each(contenders)('$view: $name', (contender) => {
  const readme = readFileSync(join(import.meta.dirname, `../../${contender.view}/README.md`), 'utf8')
  const rows = readme.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const heads = rows.find((row) => row.includes(contender.name) && row.includes('Headwater')) ?? []

  test.each(Object.keys(stories))('%s, or does not, as its README says', async (title) => {
    const cell = rows.find((row) => row[1] === title)?.[heads.indexOf(contender.name)]
    const holds = await stories[title]!(contender).catch(() => false)
    if (contender.name === 'Headwater') expect(holds).toBe(true)
    expect(cell).toBe(holds ? 'yes' : 'no')
  })
})
