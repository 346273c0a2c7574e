import { correctionPrefix, headlines, newsLanguages, type NewsLanguage } from './headlines.ts'

export interface Story {
  /** Number of the story, which is due at `n` times the interval since 1970. */
  n: number
  lang: NewsLanguage
  headline: string
  /** Time at which it was due, in milliseconds since 1970. */
  at: number
  /** Number of the story that this correction corrects. Only corrections have it. */
  corrects?: number
}

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

function isCorrection(n: number): boolean {
  return n % 5 === 4
}

function headlineOf(n: number, lang: NewsLanguage): string {
  const list = headlines[lang]
  return list[n % list.length] ?? ''
}
