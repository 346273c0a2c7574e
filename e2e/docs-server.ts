import { once } from 'node:events'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../docs/.vitepress/dist', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** Serves the built docs as a static host does: compressed, and with `.html` left out of the addresses. */
export async function startDocsServer(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = join(dist, decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
    const file = [path, `${path}.html`, join(path, 'index.html')].find(
      (each) => each.startsWith(dist) && existsSync(each) && statSync(each).isFile(),
    )
    const type = types[extname(file ?? '404.html')] ?? 'application/octet-stream'
    response.writeHead(file ? 200 : 404, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Encoding': 'gzip',
      'Cache-Control': 'max-age=600',
    })
    response.end(gzipSync(readFileSync(file ?? join(dist, '404.html'))))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Returns the addresses of all pages. */
export function pagesOfDocs(): string[] {
  return globSync('**/*.html', { cwd: dist })
    .map((path) => `/${path.replaceAll('\\', '/').replace(/(?:(^|\/)index)?\.html$/, '$1')}`)
    .toSorted()
}
