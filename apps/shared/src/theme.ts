import { atom } from 'nanostores'

const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const remembered = themes.find((name) => name === localStorage.getItem('theme'))

/** Light, dark, or as the system is. */
export const theme = atom<Theme>(remembered ?? 'system')

theme.subscribe((name) => {
  localStorage.setItem('theme', name)
  document.documentElement.dataset['theme'] = name
})

export function nextTheme(): void {
  theme.set(themes[(themes.indexOf(theme.get()) + 1) % themes.length] ?? 'system')
}
