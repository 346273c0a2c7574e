import type { EventBuffer } from 'better-sse'
import { createFeed, type Feed } from './feed.ts'
import { correctionPrefix, headlines, newsLanguages, type NewsLanguage } from './headlines.ts'
import type { Streams } from './streams.ts'

export interface Story {
  /** Its number, and as text its id. */
  n: number
  lang: NewsLanguage
  headline: string
  /** When it was due, in milliseconds since 1970. */
  at: number
  /** In a correction: the number of the story that it corrects. */
  corrects?: number
}

export type News = Record<NewsLanguage, Feed>

export function isNewsLanguage(text: string): text is NewsLanguage {
  return newsLanguages.some((language) => language === text)
}

/** Every fifth message corrects the story of two messages before. */
export function storyAt(n: number, lang: NewsLanguage, everyMs: number): Story {
  const at = n * everyMs
  if (!isCorrection(n)) return { n, lang, headline: headlineOf(n, lang), at }
  const corrects = n - 2
  return { n, lang, headline: correctionPrefix[lang] + headlineOf(corrects, lang), at, corrects }
}

/** Slow and with event names, `story` and `correction`, in each language; the last 200 can be replayed. */
export function createNews(everyMs: number, streams: Streams): News {
  const feed = (lang: NewsLanguage) =>
    createFeed(
      {
        kind: 'news',
        everyMs,
        turnMs: Math.min(everyMs, 200),
        replay: 200,
        fresh: 3,
        write(batch: EventBuffer, n: number) {
          batch.push(storyAt(n, lang, everyMs), isCorrection(n) ? 'correction' : 'story', String(n))
        },
      },
      streams,
    )
  return { en: feed('en'), zh: feed('zh') }
}

function isCorrection(n: number): boolean {
  return n % 5 === 4
}

function headlineOf(n: number, lang: NewsLanguage): string {
  const list = headlines[lang]
  return list[n % list.length] ?? ''
}
