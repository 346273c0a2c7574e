// node render.mjs <folder> <page>: prints the HTML that the binding in the folder renders on a server.
import { join } from 'node:path'
import { createServer } from 'vite'

const [folder, page] = process.argv.slice(2)
const vite = await createServer({
  root: join(folder, '..'),
  configFile: join(folder, '../vitest.config.ts'),
  server: { middlewareMode: true, ws: false, watch: null },
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  logLevel: 'error',
})
const { render } = await vite.ssrLoadModule(join(folder, 'server.ts'))
const html = await render(JSON.parse(page))
// Allows time for a connection that must not be made.
await new Promise((resolve) => setTimeout(resolve, 100))
process.stdout.write(`\n${JSON.stringify({ html })}`)
await vite.close()
process.exit()
