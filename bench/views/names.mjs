/** Names of the contenders: those of their files in `contenders`. */
export const CORE = 'core'
export const BY_HAND = 'react-by-hand'
export const BINDINGS = ['react', 'vue', 'svelte', 'solid']

/** Names of the contenders in the report. */
export const NAMES = {
  [CORE]: 'nothing mounted',
  react: 'headwater, React',
  vue: 'headwater, Vue',
  svelte: 'headwater, Svelte',
  solid: 'headwater, Solid',
  [BY_HAND]: 'React, useState per message',
  vueuse: 'VueUse',
}
