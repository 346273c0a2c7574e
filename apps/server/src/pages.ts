import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import sirv from 'sirv'

export type Pages = (req: IncomingMessage, res: ServerResponse) => void

/** Serves built pages by path. Answers 404 with an explanation if a page is not built. */
export function createPages(folders: Readonly<Record<string, string>>): Pages {
  // The longest path first: `/` is a prefix of all others.
  const pages = Object.entries(folders)
    .toSorted(([one], [other]) => other.length - one.length)
    .map(([base, folder]) => ({ base, folder, serve: sirv(folder, { dev: true, etag: true }) }))

  return (req, res) => {
    // sirv does not validate ranges, and no file here is large enough to need them.
    delete req.headers.range
    const { url = '/' } = req
    const path = url.split('?', 1)[0] ?? ''
    if (pages.some(({ base }) => base === `${path}/`)) {
      res.writeHead(308, { Location: `${path}/${url.slice(path.length)}` }).end()
      return
    }
    const page = pages.find(({ base }) => path.startsWith(base))
    const missing = () => {
      const built = page && existsSync(join(page.folder, 'index.html'))
      const text = built
        ? 'File not found.'
        : 'The page is not built yet: run "pnpm build" and reload. The streams under /api are available.'
      res.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
      res.end(`${text}\n`)
    }
    if (!page) return missing()
    req.url = url.slice(page.base.length - 1)
    page.serve(req, res, missing)
  }
}
