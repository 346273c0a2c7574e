import { globSync } from 'node:fs'
import frameworks from '../../frameworks.json' with { type: 'json' }

const files = globSync('*.{js,jsx}', { cwd: new URL('contenders/', import.meta.url) })

/** The view libraries that have a contender in `contenders`. */
export const measured = frameworks.filter(({ name }) =>
  files.some((file) => file === `${name}.js` || file === `${name}.jsx`),
)

/** Names of the contenders: those of their files in `contenders`. */
export const CORE = 'core'
export const BY_HAND = 'react-by-hand'
export const BINDINGS = measured.map(({ name }) => name)

/** Names of the contenders in the report. */
export const NAMES = {
  [CORE]: 'nothing mounted',
  ...Object.fromEntries(measured.map(({ name, title }) => [name, `headwater, ${title}`])),
  [BY_HAND]: 'React, useState per message',
  vueuse: 'VueUse',
}
