import type { EventBuffer } from 'better-sse'
import { createFeed, type Feed } from './feed.ts'
import { correctionPrefix, headlines, newsLanguages, type NewsLanguage } from './headlines.ts'
import type { Streams } from './streams.ts'

export interface Story {
  /** Number of the story, and its id as text. */
  n: number
  lang: NewsLanguage
  headline: string
  /** Time at which it was due, in milliseconds since 1970. */
  at: number
  /** Number of the story that this correction corrects. Only corrections have it. */
  corrects?: number
}

export type News = Record<NewsLanguage, Feed>

export function isNewsLanguage(text: string): text is NewsLanguage {
  return newsLanguages.some((language) => language === text)
}

/** Computes story n. Every fifth message corrects the story two messages before it. */
export function storyAt(n: number, lang: NewsLanguage, intervalMs: number): Story {
  const at = n * intervalMs
  if (!isCorrection(n)) return { n, lang, headline: headlineOf(n, lang), at }
  const corrects = n - 2
  return { n, lang, headline: correctionPrefix[lang] + headlineOf(corrects, lang), at, corrects }
}

/** Creates a slow feed per language, with events named `story` and `correction` and 200 messages of replay. */
export function createNews(intervalMs: number, streams: Streams): News {
  const feed = (lang: NewsLanguage) =>
    createFeed(
      {
        kind: 'news',
        intervalMs,
        flushMs: Math.min(intervalMs, 200),
        replayLimit: 200,
        initialMessages: 3,
        write(batch: EventBuffer, n: number) {
          batch.push(storyAt(n, lang, intervalMs), isCorrection(n) ? 'correction' : 'story', String(n))
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
