import { expect, test, type TestContext } from 'vitest'
import { findRedisServer } from '../src/redis-server.ts'
import { tokensFor } from '../src/model.ts'
import type { Tick } from '../src/ticker.ts'
import { ask, demo, textOf } from './chat.ts'
import { gapsIn, idsOf, lastIdOf, listen, post, resume, statsOf, type Listener } from './listener.ts'
import { isRunning, processesOf, runDemo } from './processes.ts'

function skipWithoutRedis({ skip }: TestContext) {
  if (!findRedisServer())
    skip(
      'redis-server is not installed. Run `apt-get install redis-server`, or `npm test`, which installs it.',
    )
}

/** Opens streams, each of its own visitor, until each of three processes serves one. */
async function spread(url: string): Promise<Listener[]> {
  const streams: Listener[] = []
  for (let n = 0; n < 3; n++) streams.push(await listen(`${url}/api/market?visitor=spread`))
  return streams
}

const openIn = async (url: string, query: string) =>
  (await processesOf(url, query)).processes.filter(({ openedAt }) => openedAt !== null)

test('a stream continues on another process after its own was killed, and the others do not notice', async (context) => {
  skipWithoutRedis(context)
  const { url, printed, output } = await runDemo(['--processes', '3'])
  expect(output()).toMatch(/started \S+ at redis:\/\/127\.0\.0\.1:\d+/)
  const streams = await spread(url)
  for (const stream of streams) await stream.until(() => stream.messages.length >= 400)
  expect(await openIn(url, '?visitor=spread')).toHaveLength(3)

  const mine = await listen(`${url}/api/ticker?visitor=mine`)
  await mine.until(() => mine.messages.length >= 20)
  const [server] = await openIn(url, '?visitor=mine&stream=ticker')
  await post(`${url}/api/kill`, { process: server?.process })
  await mine.ended()
  expect((await processesOf(url)).size).toBe(3)
  expect(mine.complete).toBe(false)
  await expect.poll(() => streams.filter(({ complete }) => complete === false).length).toBe(1)
  const continued = await resume(`${url}/api/ticker?visitor=mine`, mine)
  await continued.until(() => continued.messages.length >= 50)
  expect(continued.headers['sse-resume']).toBe('complete')
  expect(gapsIn([...idsOf(mine), ...idsOf(continued)])).toEqual([])
  // There is one publisher, which the kill did not disturb.
  const ticks = [...mine.messages, ...continued.messages].map(({ data }) => (JSON.parse(data) as Tick).n)
  expect(gapsIn(ticks)).toEqual([])
  const [successor] = await openIn(url, '?visitor=mine&stream=ticker')
  expect(successor?.pid).not.toBe(server?.pid)

  await printed(new RegExp(`process ${server?.process} is back`))
  const { processes, canKill } = await processesOf(url)
  expect(processes.map(({ process }) => process)).toEqual([1, 2, 3])
  expect(canKill).toBe(true)
  const alive = streams.filter(({ complete }) => complete === undefined)
  expect(alive).toHaveLength(2)
  for (const stream of alive) {
    const { length } = stream.messages
    await stream.until(() => stream.messages.length >= length + 400)
    expect(gapsIn(idsOf(stream))).toEqual([])
  }
  // An id names the same message in all processes.
  const [one, other] = alive.map(({ messages }) => new Map(messages.map(({ id, data }) => [id, data])))
  const shared = [...(one ?? [])].filter(([id]) => other?.has(id))
  expect(shared.length).toBeGreaterThan(800)
  expect(shared.filter(([id, data]) => other?.get(id) !== data)).toEqual([])
})

test('an answer survives the process of its reader, and readers are told if that of the model is killed', async (context) => {
  skipWithoutRedis(context)
  const { url, output, printed } = await runDemo(['--processes', '3'])
  const processOf = async (visitor: string) =>
    (await openIn(url, `?visitor=${visitor}&stream=chat`))[0]?.process ?? 0
  async function killProcessOf(visitor: string) {
    const [victim] = await openIn(url, `?visitor=${visitor}&stream=chat`)
    await post(`${url}/api/kill`, { process: victim?.process })
    // Before that, a connection may be given to it, and is never answered.
    await printed(new RegExp(`pid ${victim?.pid}\\) ended`))
  }
  const mine = await ask(url, 'answer', { visitor: 'mine' })
  const model = await processOf('mine')
  expect(output()).toContain(`[${model}] chat of visitor "mine" started answer answer`)
  // The processes take turns.
  const theirs = await ask(url, 'answer', { visitor: 'theirs' })
  const reader = await processOf('theirs')
  expect(reader).not.toBe(model)

  await theirs.until(() => theirs.messages.length >= 5)
  await killProcessOf('theirs')
  await theirs.ended()
  expect(theirs.complete).toBe(false)
  const headers = { 'Last-Event-ID': lastIdOf(theirs) }
  const continued = await ask(url, 'answer', { visitor: 'theirs', headers })
  expect(continued.headers['sse-resume']).toBe('complete')
  await Promise.all([continued.ended(), mine.ended()])
  expect(gapsIn([...idsOf(theirs), ...idsOf(continued)])).toEqual([])
  expect(textOf(theirs, continued)).toBe(tokensFor('Hi').join(''))
  expect(textOf(mine)).toBe(textOf(theirs, continued))
  expect(output().match(/started answer/g)).toHaveLength(1)

  await printed(new RegExp(`process ${reader} is back`))
  const lost = await ask(url, 'lost', { visitor: 'lost' })
  await lost.until(() => lost.messages.length >= 5)
  await killProcessOf('lost')
  await lost.ended()
  const told = await ask(url, 'lost', { headers: { 'Last-Event-ID': lastIdOf(lost) } })
  await told.ended()
  expect(told.messages.at(-1)?.event).toBe('headwater.end')
  expect(JSON.parse(told.messages.at(-1)?.data ?? '')).toMatchObject({
    reason: 'lost',
    error: { code: 'lost' },
  })
  expect(output().match(/started answer/g)).toHaveLength(2)
})

test('weather, statistics and tokens hold in all processes', async (context) => {
  skipWithoutRedis(context)
  const { url } = await runDemo(['--processes', '3'])
  const streams = await spread(url)
  expect(await openIn(url, '?visitor=spread')).toHaveLength(3)
  expect(await statsOf(url, '?visitor=spread')).toMatchObject({
    open: 3,
    opened: 3,
    lastEventIds: ['', '', ''],
  })

  const { body } = await post(`${url}/api/token`, '')
  const authorization = `Bearer ${(body as { token: string }).token}`
  const chats = await Promise.all(
    [1, 2, 3].map((n) => ask(url, `chat-${n}`, { visitor: 'chat', headers: { authorization } })),
  )
  for (const { status } of chats) expect(status).toBe(200)
  // The model may run in another process.
  for (const n of [1, 2, 3])
    expect((await post(`${url}/api/chat/stop?answer=chat-${n}`, {}, demo)).body).toEqual({ stopped: true })
  await expect.poll(() => statsOf(url, '?visitor=chat')).toMatchObject({ open: 0, chatsStopped: 3 })

  const answer = await post(`${url}/api/weather?visitor=spread`, { do: 'refuse' })
  expect(answer.body).toEqual({ do: 'refuse', forMs: 5000, dropped: 3 })
  for (const stream of streams) await stream.ended()
  for (let n = 0; n < 3; n++) expect((await listen(`${url}/api/market?visitor=spread`)).status).toBe(503)
  expect(await statsOf(url, '?visitor=spread')).toMatchObject({ open: 0, answered503: 3 })
})

test.for([
  ['stopped', 'SIGTERM', true],
  ['killed', 'SIGKILL', false],
] as const)('leaves no process when it is %s', async ([, signal, isClean], context) => {
  skipWithoutRedis(context)
  const demo = await runDemo(['--processes', '2'])
  const pids = (await processesOf(demo.url)).processes.map(({ pid }) => pid)
  const [, redis = ''] = /redis:\/\/127\.0\.0\.1:(\d+)/.exec(demo.output()) ?? []
  demo.child.kill(signal)
  expect(await demo.exit).toEqual(isClean ? [0, null] : [null, 'SIGKILL'])
  await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([])
  await expect
    .poll(() => fetch(`http://127.0.0.1:${redis}`).catch((error) => error.cause.code))
    .toBe('ECONNREFUSED')
  if (isClean) expect(demo.left()).toEqual([])
})

test('answers 404 to a request to kill a process that does not exist', async (context) => {
  skipWithoutRedis(context)
  const { url } = await runDemo(['--processes', '2'])
  const answer = await post(`${url}/api/kill`, { process: 3 })
  expect([answer.status, answer.body]).toMatchObject([404, { error: { code: 'no_process' } }])
})
