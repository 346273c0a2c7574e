import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import sirv from 'sirv'

export type Pages = (req: IncomingMessage, res: ServerResponse) => void

/** Serves built pages, each from where it belongs; says what to do about one that is not built. */
export function createPages(folders: Readonly<Record<string, string>>): Pages {
  // The longest place first: `/` is the start of every other.
  const pages = Object.entries(folders)
    .toSorted(([one], [other]) => other.length - one.length)
    .map(([place, folder]) => ({ place, folder, serve: sirv(folder, { dev: true, etag: true }) }))

  return (req, res) => {
    // sirv does not check ranges; nothing here is large enough to need them.
    delete req.headers.range
    const { url = '/' } = req
    const path = url.split('?', 1)[0] ?? ''
    if (pages.some(({ place }) => place === `${path}/`)) {
      res.writeHead(308, { Location: `${path}/${url.slice(path.length)}` }).end()
      return
    }
    const page = pages.find(({ place }) => path.startsWith(place))
    const missing = () => {
      const built = page && existsSync(join(page.folder, 'index.html'))
      const text = built
        ? 'There is no such file.'
        : 'The page is not built yet; the streams under /api are up.'
      res.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
      res.end(`${text}\n`)
    }
    if (!page) return missing()
    req.url = url.slice(page.place.length - 1)
    page.serve(req, res, missing)
  }
}
