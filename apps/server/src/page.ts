import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import sirv from 'sirv'

export type Page = (req: IncomingMessage, res: ServerResponse) => void

/** Serves a built page; without one, says what to do. */
export function createPage(folder: string | undefined): Page {
  const files = folder === undefined ? undefined : sirv(folder, { dev: true, etag: true })
  return (req, res) => {
    // sirv does not check ranges; nothing here is large enough to need them.
    delete req.headers.range
    const missing = () => {
      const built = folder !== undefined && existsSync(join(folder, 'index.html'))
      const text = built
        ? 'There is no such file.'
        : 'The page is not built yet; the streams under /api are up.'
      res.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
      res.end(`${text}\n`)
    }
    if (files) files(req, res, missing)
    else missing()
  }
}
