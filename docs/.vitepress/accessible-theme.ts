import { basename } from 'node:path'
import type { Plugin } from 'vitepress'

/** Changes to components of the default theme: the file, and the replacements in its source. */
const changes: Readonly<Record<string, readonly (readonly [before: string, after: string])[]>> = {
  // A group is one button, whose state is told, and which the space bar presses. A group that is always open is none.
  'VPSidebarItem.vue': [
    [
      ':role="itemRole"',
      ':role="collapsible ? itemRole : undefined" :aria-expanded="collapsible ? !collapsed : undefined"',
    ],
    [':tabindex="item.items && 0"', ':tabindex="item.items && collapsible ? 0 : undefined"'],
    ['role="button"\n        aria-label="toggle section"', 'aria-hidden="true"'],
    ['@keydown.enter="onCaretClick"\n        tabindex="0"', ''],
    [
      "if ('key' in e && e.key !== 'Enter') {\n    return\n  }",
      "if ('key' in e && e.key !== 'Enter' && e.key !== ' ') return\n  if ('key' in e) e.preventDefault()",
    ],
  ],
  // The name of the button is its text, which a small screen hides from sight only: see style.css.
  'VPNavBarSearchButton.vue': [[' :aria-label="translate(\'button.buttonAriaLabel\')"', '']],
  'VPHome.vue': [
    ['<div \n    class="VPHome"', '<main \n    class="VPHome"'],
    ['</div>\n</template>', '</main>\n</template>'],
  ],
}

/**
 * Repairs what axe finds in the default theme.
 *
 * @throws Error if another version of the theme has other sources.
 */
export function accessibleTheme(): Plugin {
  return {
    name: 'accessible-theme',
    enforce: 'pre',
    transform(source, id) {
      const replacements = id.includes('theme-default') && changes[basename(id)]
      if (!replacements) return undefined
      return replacements.reduce((text, [before, after]) => {
        if (!text.includes(before)) throw new Error(`${basename(id)} does not contain ${before}.`)
        return text.replace(before, after)
      }, source)
    },
  }
}
