import { atom, computed } from 'nanostores'
import { english } from './english.ts'
import { chinese } from './chinese.ts'

export type Language = 'en' | 'zh'

const remembered = localStorage.getItem('language')

/** The language of the page: the one that was chosen, or the browser's. */
export const language = atom<Language>(
  remembered === 'en' || remembered === 'zh' ? remembered : /^zh\b/.test(navigator.language) ? 'zh' : 'en',
)

/** The page's words, in its language. */
export const words = computed(language, (name) => (name === 'zh' ? chinese : english))

export function speak(name: Language): void {
  localStorage.setItem('language', name)
  language.set(name)
}
