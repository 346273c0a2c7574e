import './page.css'
import { language, type Language, speak, words } from './language.ts'
import { nextTheme, theme } from './theme.ts'

// What stands around the app: it is in the HTML from the start (see vite.ts), so that nothing moves when this runs.
const all = (selector: string) => document.querySelectorAll<HTMLElement>(selector)

for (const button of all('[data-language]'))
  button.addEventListener('click', () => speak(button.dataset['language'] as Language))
for (const button of all('[data-next-theme]')) button.addEventListener('click', nextTheme)

function write() {
  const { shell } = words.get()
  const { documentElement: root } = document
  root.lang = language.get() === 'zh' ? 'zh-CN' : 'en'
  document.title = root.dataset['framework'] ? shell.title(root.dataset['framework']) : 'Headwater'
  for (const element of all('[data-text]'))
    element.textContent = String(shell[element.dataset['text'] as 'headline'])
  for (const element of all('[data-label]'))
    element.setAttribute('aria-label', String(shell[element.dataset['label'] as 'language']))
  for (const button of all('[data-language]'))
    button.setAttribute('aria-pressed', String(button.dataset['language'] === language.get()))
  for (const button of all('[data-next-theme]')) {
    button.setAttribute('aria-label', shell.theme[theme.get()])
    button.title = shell.theme[theme.get()]
  }
}

language.listen(write)
theme.listen(write)
write()
