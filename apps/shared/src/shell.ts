import './page.css'
import { language, type Language, setLanguage, texts } from './language.ts'
import { nextTheme, theme } from './theme.ts'

// The frame around the app. Its markup is in the HTML from the start (see vite.ts), so nothing moves when this script runs.
const all = (selector: string) => document.querySelectorAll<HTMLElement>(selector)

for (const button of all('[data-language]'))
  button.addEventListener('click', () => setLanguage(button.dataset['language'] as Language))
for (const button of all('[data-next-theme]')) button.addEventListener('click', nextTheme)

function update() {
  const { shell } = texts.get()
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

language.listen(update)
theme.listen(update)
update()
