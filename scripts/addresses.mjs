// The addresses of the project: `repository` and `site` in addresses.json, the only place where they are set. Each is a URL
// without a slash at the end, or null while there is none.
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file with the address of the page that the message of an error ends with. */
export const ERROR_DOCS_FILE = 'packages/core/src/docs-address.ts'

/**
 * Reads the addresses of a work tree.
 *
 * @throws {Error} for a value that is neither null nor an https URL without a slash at the end.
 */
export function readAddresses(root) {
  const addresses = JSON.parse(readFileSync(join(root, 'addresses.json'), 'utf8'))
  for (const name of ['repository', 'site'])
    if (addresses[name] !== null && !/^https:\/\/[^\s?#]*[^\s?#/]$/.test(addresses[name]))
      throw new Error(
        `addresses.json: ${name} is ${JSON.stringify(addresses[name])}. Set it to an https URL without a slash at the end, or to null.`,
      )
  return addresses
}

/**
 * Returns the source of `docs-address.ts` with the address of the pages about error codes.
 *
 * @throws {Error} if the source has no function errorDocs.
 */
export function withErrorDocs(source, { repository, site }) {
  const template = /(\berrorDocs = [^`]*)`[^`]*`/
  if (!template.test(source)) throw new Error(`${ERROR_DOCS_FILE} has no function errorDocs.`)
  const address = site
    ? `${site}/errors/\${code}`
    : `${repository ? `${repository}/blob/main/` : ''}docs/errors/\${code}.md`
  return source.replace(template, (_, start) => `${start}\`${address}\``)
}

/** Returns the fields of a manifest that are addresses. `directory` is the folder of the package in the repository. */
export function addressFields({ repository, site }, directory) {
  return {
    homepage: site ?? (repository ? `${repository}/tree/main/${directory}#readme` : undefined),
    bugs: repository ? { url: `${repository}/issues` } : undefined,
    repository: repository ? { type: 'git', url: `git+${repository}.git`, directory } : undefined,
  }
}

/** The paragraph of a README that is true until a release. */
const NOT_PUBLISHED = /^\*\*Not published yet\.\*\*(?:.+\n)+\n/gm

/**
 * Turns the manifest and the README of a package into those that npm shows: with the addresses of the project, and without the
 * paragraph that begins with "**Not published yet.**". Does nothing the second time.
 */
export function prepareForNpm(folder, directory, addresses, root) {
  const edit = (name, change) =>
    writeFileSync(join(folder, name), change(readFileSync(join(folder, name), 'utf8')))
  edit('package.json', (text) => {
    const manifest = { ...JSON.parse(text), ...addressFields(addresses, directory) }
    return `${JSON.stringify(manifest, undefined, 2)}\n`
  })
  edit('README.md', (text) => {
    const readme = text.replaceAll(NOT_PUBLISHED, '')
    return addresses.repository ? absoluteLinks(readme, directory, addresses.repository, root) : readme
  })
}

/** Code, in which nothing is a link. */
const CODE = /(^ *```[\s\S]*?^ *```|`[^`\n]*`)/m
/** The start and the target of a link or an image, in Markdown or HTML. */
const LINK = /(\]\(|^\[[^\]]+\]: +|\b(?:src|href|srcset)=")([^)\s"]+)/gm
const isRelative = (target) => !/^(?:[a-z][a-z\d+.-]*:|\/\/|#)/i.test(target)

/** Returns the targets of the relative links of a Markdown document. npm does not resolve them. */
export function relativeLinks(markdown) {
  return textOf(markdown)
    .flatMap((text) => [...text.matchAll(LINK)].map(([, , target]) => target))
    .filter(isRelative)
}

/**
 * Returns a Markdown document of a directory with its relative links made absolute.
 *
 * @throws {Error} for a link to a file that is not in the repository.
 */
export function absoluteLinks(markdown, directory, repository, root) {
  const absolute = (target) => {
    const { pathname, hash } = new URL(target, `https://repository.invalid/${directory}/`)
    const path = pathname.replace(/^\/|\/$/g, '')
    const found = statSync(join(root, decodeURIComponent(path)), { throwIfNoEntry: false })
    if (!found) throw new Error(`${directory}/README.md links to ${target}, which does not exist.`)
    const isImage = /\.(?:png|jpe?g|gif|svg|webp|avif|mp4|webm)$/i.test(path)
    return `${repository}/${found.isDirectory() ? 'tree' : isImage ? 'raw' : 'blob'}/main/${path}${hash}`
  }
  const replace = (text) =>
    text.replace(LINK, (link, start, target) => (isRelative(target) ? start + absolute(target) : link))
  return markdown
    .split(CODE)
    .map((part, index) => (index % 2 === 0 ? replace(part) : part))
    .join('')
}

/** Returns the parts of a Markdown document that are not code. */
const textOf = (markdown) => markdown.split(CODE).filter((_, index) => index % 2 === 0)
