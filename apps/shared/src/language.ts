import { atom, computed } from 'nanostores'
import { chinese } from './chinese.ts'
import { english } from './english.ts'

export type Language = 'en' | 'zh'

const stored = localStorage.getItem('language')

/** The language of the page: the stored choice, otherwise the browser's language. */
export const language = atom<Language>(
  stored === 'en' || stored === 'zh' ? stored : /^zh\b/.test(navigator.language) ? 'zh' : 'en',
)

/** The texts of the page in the current language. */
export const texts = computed(language, (name) => (name === 'zh' ? chinese : english))

export function setLanguage(name: Language): void {
  localStorage.setItem('language', name)
  language.set(name)
}
