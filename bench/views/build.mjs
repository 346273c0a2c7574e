// Builds the page for production, from the packages as they are published. A contender that needs a Vite plugin exports it from
// `contenders/<name>.plugin.mjs`.
import { globSync } from 'node:fs'
import { build } from 'vite'
import { fileURLToPath } from 'node:url'

export async function buildPage(outDir) {
  const folder = new URL('contenders/', import.meta.url)
  const files = globSync('*.plugin.mjs', { cwd: folder })
  const plugins = await Promise.all(
    files.map(async (file) => (await import(new URL(file, folder).href)).default),
  )
  await build({
    configFile: false,
    root: fileURLToPath(new URL('.', import.meta.url)),
    logLevel: 'error',
    plugins,
    build: { outDir, emptyOutDir: true, target: 'es2022' },
  })
}
