import type { Words } from './english.ts'
import { words } from './language.ts'

/** A piece of the page that no framework renders: its markup follows the language, and its numbers the stores. */
export function defineElement(name: string, connect: (host: HTMLElement) => Connected): void {
  customElements.define(
    `demo-${name}`,
    class extends HTMLElement {
      #end: (() => void) | undefined
      connectedCallback() {
        const { markup, ready, follow } = connect(this)
        let unfollow: (() => void) | undefined
        const unsubscribe = words.subscribe((now) => {
          unfollow?.()
          this.innerHTML = markup(now)
          ready?.(now)
          unfollow = follow?.(now)
        })
        this.#end = () => {
          unsubscribe()
          unfollow?.()
        }
      }
      disconnectedCallback() {
        this.#end?.()
      }
    },
  )
}

export interface Connected {
  /** What it looks like in a language; nothing in it comes from outside of this package. */
  markup(words: Words): string
  /** Called when the markup is there. */
  ready?(words: Words): void
  /** Keeps it up to date until what it returns is called. */
  follow?(words: Words): () => void
}

/** Writes only what differs: text that is written again is laid out again. */
export function write(element: Element | null | undefined, text: string): void {
  if (element && element.textContent !== text) element.textContent = text
}
