// Writes the reference from the doc comments, with TypeDoc: a page for each entry of the published packages, in both languages'
// folders. The text is English in both.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application } from 'typedoc'
import { entries } from './entries.mjs'

const docs = fileURLToPath(new URL('..', import.meta.url))
const packages = join(docs, '../packages')
const languages = [
  { folder: 'reference', title: 'Reference', note: '' },
  { folder: 'zh/reference', title: 'API 参考', note: 'API 参考由源码中的注释生成，只有英文。\n\n' },
]

/** Converts the sources into one Markdown file for each entry, in `folder`. */
async function convert(folder) {
  // An export belongs to the first entry that has it, so those of core come first.
  const entryPoints = entries
    .toSorted((one, other) => (other.package === 'core') - (one.package === 'core'))
    .map(({ package: name, source }) => join(packages, name, source))
  const tsconfig = join(docs, '.generated/tsconfig.json')
  const compilerOptions = { types: ['node'], jsx: 'preserve' }
  writeFileSync(
    tsconfig,
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, files: entryPoints }),
  )
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    logLevel: 'Warn',
    entryPoints,
    tsconfig,
    out: folder,
    name: 'Reference',
    readme: 'none',
    router: 'module',
    entryFileName: 'overview',
    excludeScopesInPaths: true,
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases', '*', 'References'],
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hidePageTitle: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    tableColumnSettings: { hideModifiers: true, leftAlignHeaders: true },
    useCustomAnchors: true,
  })
  const project = await app.convert()
  if (!project) throw new Error('TypeDoc could not read the sources.')
  for (const module of project.children ?? []) {
    const entry = entries.find(
      ({ package: name, source }) => `${name}/${source.replace(/(\/index)?\.ts$/, '')}` === module.name,
    )
    module.name = `@headwater/${entry.page}`
  }
  await app.generateOutputs(project)
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('TypeDoc has errors or warnings.')
}

/** Turns the section of a binding's re-exports, a heading for each, into a list of links. */
const listReexports = (text) =>
  text.replace(/^## References\n[\s\S]*/m, (section) => {
    const links = [...section.matchAll(/^Re-exports (\[.+\))/gm)].map(([, link]) =>
      link.replace(/\[(.+)\]/, '[`$1`]'),
    )
    return `## Re-exports\n\n${links.join(', ')}\n`
  })

const frontmatter = (title, description) =>
  `---\ntitle: ${JSON.stringify(title)}\ndescription: ${JSON.stringify(description)}\neditLink: false\noutline: [2, 3]\n---\n\n`

/** Writes the pages of the reference to the folders of the languages. */
export async function writeReference() {
  const raw = join(docs, '.generated/reference')
  rmSync(raw, { recursive: true, force: true })
  await convert(raw)
  for (const { folder, title, note } of languages) {
    rmSync(join(docs, folder), { recursive: true, force: true })
    const write = (page, text) => {
      const file = join(docs, folder, `${page}.md`)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    for (const { page, name, description } of entries) {
      const text = listReexports(readFileSync(join(raw, `${page}.md`), 'utf8'))
      const head = frontmatter(
        name,
        `${name}: ${description}. Every export, with defaults, units and errors.`,
      )
      write(page, `${head}# ${name}\n\n${note}${text}`)
    }
    const rows = entries.map(({ name, page }) => `- [\`${name}\`](${page}.md)`)
    const head = frontmatter(title, note.trim() || 'Every export of every package, from its doc comments.')
    write('index', `${head}# ${title}\n\n${note}${rows.join('\n')}\n`)
  }
}
