import type { Texts } from './english.ts'
import { texts } from './language.ts'

/** Defines a custom element that no framework renders. It renders again when the language changes. */
export function defineElement(name: string, connect: (host: HTMLElement) => ElementView): void {
  customElements.define(
    `demo-${name}`,
    class extends HTMLElement {
      #disconnect: (() => void) | undefined
      connectedCallback() {
        const { markup, onRender, subscribe } = connect(this)
        let unsubscribe: (() => void) | undefined
        const stopRendering = texts.subscribe((current) => {
          unsubscribe?.()
          this.innerHTML = markup(current)
          onRender?.(current)
          unsubscribe = subscribe?.(current)
        })
        this.#disconnect = () => {
          stopRendering()
          unsubscribe?.()
        }
      }
      disconnectedCallback() {
        this.#disconnect?.()
      }
    },
  )
}

export interface ElementView {
  /** Returns the HTML in a language. It must not contain text from outside this package. */
  markup(texts: Texts): string
  /** Called after the HTML is rendered. */
  onRender?(texts: Texts): void
  /** Called after the HTML is rendered, to update it from stores. Returns a function that unsubscribes. */
  subscribe?(texts: Texts): () => void
}

/** Sets the text of an element if it differs. Setting the same text again would cause a layout. */
export function setText(element: Element | null | undefined, text: string): void {
  if (element && element.textContent !== text) element.textContent = text
}
