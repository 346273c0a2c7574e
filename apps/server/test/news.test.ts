import { expect, test } from 'vitest'
import { storyAt, type Story } from '../src/news.ts'
import { gapsIn, idsOf, lastIdOf, listen, resume, type Listener } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const storiesOf = ({ messages }: Listener) => messages.map(({ data }) => JSON.parse(data) as Story)

test('sends the last three messages to a new reader immediately', async () => {
  const { url } = await serverForTest({ newsEveryMs: 60_000 })
  const news = await listen(`${url}/api/news`)
  await news.until(() => news.messages.length === 3)
  expect(storiesOf(news).at(-1)?.n).toBe(Math.floor(Date.now() / 60_000))
  expect(gapsIn(storiesOf(news).map(({ n }) => n))).toEqual([])
  expect(gapsIn(idsOf(news))).toEqual([])
})

test.each(['en', 'zh'] as const)('sends stories and corrections in the language %s', async (lang) => {
  const { url } = await serverForTest({ newsEveryMs: 20 })
  const news = await listen(`${url}/api/news?lang=${lang}`)
  await news.until(() => news.messages.length >= 12)
  expect(new Set(news.messages.map(({ event }) => event))).toEqual(new Set(['story', 'correction']))
  for (const { event, data } of news.messages) {
    const story = JSON.parse(data) as Story
    expect(story).toEqual(storyAt(story.n, lang, 20))
    expect(event).toBe(story.corrects === undefined ? 'story' : 'correction')
  }
})

test('corrects a story, never another correction', () => {
  for (let n = 1000; n < 1100; n++) {
    const { corrects } = storyAt(n, 'en', 3000)
    if (corrects !== undefined) expect(storyAt(corrects, 'en', 3000).corrects).toBeUndefined()
  }
})

test('resumes after the Last-Event-ID, in the same language only', async () => {
  const { url } = await serverForTest({ newsEveryMs: 50 })
  const first = await listen(`${url}/api/news`)
  await first.until(() => first.messages.length >= 6)
  first.close()
  const second = await resume(`${url}/api/news`, first)
  await second.until(() => second.messages.length >= 6)
  expect(gapsIn([...idsOf(first), ...idsOf(second)])).toEqual([])
  const chinese = await resume(`${url}/api/news?lang=zh`, second)
  await chinese.until(() => chinese.messages.length >= 1)
  expect(chinese.messages[0]).toMatchObject({
    event: 'headwater.gap',
    data: JSON.stringify({ from: lastIdOf(second), to: null }),
  })
})

test('answers 400 to an unsupported language', async () => {
  const { url } = await serverForTest()
  const response = await fetch(`${url}/api/news?lang=fr`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'bad_language' } })
})
