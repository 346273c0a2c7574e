import { expect, test } from 'vitest'
import { storyAt } from '../src/news.ts'
import { gapsIn, idsOf, listen } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

test('sends the last three messages to a new reader immediately', async () => {
  const { url } = await serverForTest({ newsEveryMs: 60_000 })
  const news = await listen(`${url}/api/news`)
  await news.until(() => news.messages.length === 3)
  expect(idsOf(news).at(-1)).toBe(Math.floor(Date.now() / 60_000))
  expect(gapsIn(idsOf(news))).toEqual([])
})

test.each(['en', 'zh'] as const)('sends stories and corrections in the language %s', async (lang) => {
  const { url } = await serverForTest({ newsEveryMs: 20 })
  const news = await listen(`${url}/api/news?lang=${lang}`)
  await news.until(() => news.messages.length >= 12)
  expect(new Set(news.messages.map(({ event }) => event))).toEqual(new Set(['story', 'correction']))
  for (const { event, id, data } of news.messages) {
    const story = storyAt(Number(id), lang, 20)
    expect(JSON.parse(data)).toEqual(story)
    expect(event).toBe(story.corrects === undefined ? 'story' : 'correction')
  }
})

test('corrects a story, never another correction', () => {
  for (let n = 1000; n < 1100; n++) {
    const { corrects } = storyAt(n, 'en', 3000)
    if (corrects !== undefined) expect(storyAt(corrects, 'en', 3000).corrects).toBeUndefined()
  }
})

test('resumes after the Last-Event-ID', async () => {
  const { url } = await serverForTest({ newsEveryMs: 50 })
  const id = Math.floor(Date.now() / 50) - 20
  const news = await listen(`${url}/api/news`, { headers: { 'Last-Event-ID': String(id) } })
  await news.until(() => news.messages.length >= 25)
  expect(idsOf(news)[0]).toBe(id + 1)
  expect(gapsIn(idsOf(news))).toEqual([])
})

test('answers 400 to an unsupported language', async () => {
  const { url } = await serverForTest()
  const response = await fetch(`${url}/api/news?lang=fr`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'bad_language' } })
})
