import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineProject } from 'vitest/config'

export default defineProject({
  // A page that is replaced while it is worked on has other markers in it: server and client have to agree.
  plugins: [
    svelte({ configFile: false, compilerOptions: { hmr: false } }),
    svelteTesting({ autoCleanup: false }),
  ],
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: { name: 'svelte', environment: 'jsdom', include: ['test/**/*.test.ts'], globals: true },
})
