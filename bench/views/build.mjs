// Builds the page for production, from the packages as they are published.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build } from 'vite'
import solid from 'vite-plugin-solid'
import { fileURLToPath } from 'node:url'

export async function buildPage(outDir) {
  await build({
    configFile: false,
    root: fileURLToPath(new URL('.', import.meta.url)),
    logLevel: 'error',
    plugins: [svelte({ configFile: false }), solid({ include: /solid\.jsx$/ })],
    build: { outDir, emptyOutDir: true, target: 'es2022' },
  })
}
