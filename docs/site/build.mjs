// node site/build.mjs build|dev|preview: writes the generated pages and parts, and then builds or serves the site.
import { fileURLToPath } from 'node:url'
import { build, createServer, serve } from 'vitepress'
import { writeParts } from './parts.mjs'
import { writeReference } from './reference.mjs'

const docs = fileURLToPath(new URL('..', import.meta.url))
const [command] = process.argv.slice(2)
if (command !== 'preview') {
  writeParts()
  await writeReference()
}
if (command === 'build') await build(docs)
else if (command === 'preview') await serve({ root: docs })
else {
  const server = await createServer(docs)
  await server.listen()
  server.printUrls()
}
