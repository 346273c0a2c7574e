import { compile, VERSION } from 'svelte/compiler'
import type { Plugin, PluginOption } from 'vite'
import { defineProject } from 'vitest/config'

export default defineProject(async () => ({
  plugins: VERSION.startsWith('4.') ? [svelte4()] : await svelte5(),
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: {
    name: 'svelte',
    environment: 'jsdom',
    include: VERSION.startsWith('4.')
      ? ['test/{server,store,svelte,testing,types,version}.test.ts']
      : ['{test,examples}/**/*.test.ts'],
    globals: true,
    testTimeout: 20_000,
    server: { deps: { inline: [/@testing-library\/svelte/] } },
  },
}))

async function svelte5(): Promise<PluginOption[]> {
  const { svelte } = await import('@sveltejs/vite-plugin-svelte')
  const { svelteTesting } = await import('@testing-library/svelte/vite')
  // Hot reload adds markers to the HTML, so server and client would differ.
  return [
    svelte({ configFile: false, compilerOptions: { hmr: false } }),
    svelteTesting({ autoCleanup: false }),
  ]
}

/** Compiles components for Svelte 4: the Svelte plugin for the current Vite supports only Svelte 5. */
function svelte4(): Plugin {
  return {
    name: 'svelte-4',
    enforce: 'pre',
    config: () => ({
      resolve: process.env['VITEST'] ? { conditions: ['browser', 'svelte', '@headwater/source'] } : {},
    }),
    transform(code, id, options) {
      if (!id.endsWith('.svelte')) return undefined
      const generate = (options?.ssr && !process.env['VITEST'] ? 'ssr' : 'dom') as never
      const { js } = compile(code, { filename: id, generate, ...{ hydratable: true } })
      return { code: js.code, map: js.map }
    },
  }
}
