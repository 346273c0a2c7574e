import { type Plugin, transformWithOxc } from 'vite'
import { defineProject } from 'vitest/config'
import { compileScript, parse } from 'vue/compiler-sfc'

export default defineProject({
  plugins: [components()],
  // Tests read the sources, so that nothing has to be built first.
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: {
    name: 'vue',
    environment: 'jsdom',
    include: ['{test,examples}/**/*.test.ts'],
    globals: true,
    testTimeout: 20_000,
  },
})

/** Compiles the components of the examples, for each version of Vue that is tested. */
function components(): Plugin {
  return {
    name: 'vue-components',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('.vue')) return undefined
      const { descriptor } = parse(code, { filename: id })
      return transformWithOxc(compileScript(descriptor, { id, inlineTemplate: true }).content, `${id}.ts`)
    },
  }
}
