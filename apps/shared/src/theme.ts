import { atom } from 'nanostores'

const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const stored = themes.find((name) => name === localStorage.getItem('theme'))

/** The theme of the page: light, dark, or the setting of the system. */
export const theme = atom<Theme>(stored ?? 'system')

theme.subscribe((name) => {
  localStorage.setItem('theme', name)
  document.documentElement.dataset['theme'] = name
})

export function nextTheme(): void {
  theme.set(themes[(themes.indexOf(theme.get()) + 1) % themes.length] ?? 'system')
}
