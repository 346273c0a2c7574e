// Reads and writes parts of Markdown documents. A block is the text between `<!-- name -->` and `<!-- /name -->`. A block whose name
// is a path, such as `<!-- examples/price.tsx -->`, has the code of that file, which is relative to the document.
import { basename, extname } from 'node:path'

const blockPattern = (name, flags) => new RegExp(`(<!-- (${name}) -->\\n)([\\s\\S]*?)(<!-- /\\2 -->)`, flags)
/** Languages of files whose name does not end with it. */
const languages = { 'nginx.conf': 'nginx', 'haproxy.cfg': 'haproxy', Caddyfile: 'caddyfile' }

/** Escapes a name, whose path may have a `+`. */
const escape = (name) => name.replaceAll(/[.+]/g, '\\$&')

/** Returns the names of the blocks of a document, in order. */
export function blockNames(document) {
  return [...document.matchAll(blockPattern('[\\w.][\\w./+-]*', 'g'))].map(([, , name]) => name)
}

/** Returns the content of a block, without the empty lines around it. */
export function readBlock(document, name) {
  const block = document.match(blockPattern(escape(name)))
  if (!block) throw new Error(`There is no block between <!-- ${name} --> and <!-- /${name} -->.`)
  return block[3].trim()
}

/** Returns the document with other content in a block. */
export function replaceBlock(document, name, content) {
  readBlock(document, name)
  return document.replace(
    blockPattern(escape(name)),
    (_, open, __, ___, close) => `${open}\n${content.trim()}\n\n${close}`,
  )
}

/** Returns true if the name of a block is the path of an example file. */
export function isExampleFile(name) {
  return extname(name) !== '' || basename(name) in languages
}

/** Returns the block of an example file: its code, in the language of the file. */
export function exampleBlock(name, code) {
  const language = languages[basename(name)] ?? extname(name).slice(1)
  return `\`\`\`${language}\n${code.trim()}\n\`\`\``
}

/**
 * Replaces each `{{name}}` of a template by its value.
 *
 * @throws {Error} for a name without a value.
 */
export function fillTemplate(template, values) {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`The template has {{${name}}}, and there is no value for it.`)
    return values[name]
  })
}

/** Returns the code of the examples, as TypeScript or as components. */
export function examplesOf(document) {
  return [...document.matchAll(/^```(?:tsx?|vue|svelte)\n[\s\S]*?^```/gm)].map(([block]) => block)
}

/** Returns the tables of a document, each as the cells of its head and of its rows. */
export function tablesOf(document) {
  return [...document.matchAll(/(?:^\|.*\|\n?)+/gm)].map(([table]) => {
    const [head, , ...rows] = table.trim().split('\n').map(cellsOf)
    return { head, rows }
  })
}

function cellsOf(line) {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

/** Returns a table in Markdown. All columns but the first are aligned to the right. */
export function tableMarkdown(head, rows) {
  const alignment = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [head, alignment, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
