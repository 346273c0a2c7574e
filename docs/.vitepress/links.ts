import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

/**
 * Makes links to files outside of the site lead to the repository. While it has no address, their text stays, without a link.
 */
export function linkToRepository(md: MarkdownRenderer, repository: string | null): void {
  md.core.ruler.push('links-to-repository', ({ tokens, env }) => {
    for (const { children } of tokens)
      for (const [index, token] of (children ?? []).entries()) {
        const path = token.type === 'link_open' && outside(String(token.attrGet('href')), env.relativePath)
        if (!path) continue
        if (repository) token.attrSet('href', `${repository}/blob/main/${path}`)
        else {
          const end = children?.slice(index).find(({ type }) => type === 'link_close')
          for (const each of [token, end])
            if (each) Object.assign(each, { tag: 'span', type: 'text_span', attrs: null })
        }
      }
  })
  md.renderer.rules['text_span'] = (tokens, index, options, _env, self) =>
    self.renderToken(tokens, index, options)
}

/** Returns the path of a link from the root of the repository; `undefined` if the link stays in the site or is no relative path. */
function outside(href: string, page: string): string | undefined {
  if (/^(?:[a-z][a-z\d+.-]*:|\/|#)/i.test(href)) return undefined
  const path = posix.join('docs', posix.dirname(page), href)
  return /^docs\/(?!adr\/)/.test(path) ? undefined : path
}
