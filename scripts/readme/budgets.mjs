import { basename } from 'node:path'

/**
 * Returns a size limit for each entry of a published package that has none yet. For the entries of bindings they can be added as
 * they are; for all others the import and the limit are a decision, so only the name and the path are given.
 */
export function missingBudgets(budgets, packages, frameworks) {
  const paths = new Set(budgets.map(({ path }) => path))
  return packages
    .flatMap((each) =>
      entriesOf(each).map((entry) => ({ ...entry, framework: frameworkOf(each, frameworks) })),
    )
    .filter(({ path }) => !paths.has(path))
    .map(({ name, path, framework }) => (framework ? bindingBudget(name, path, framework) : { name, path }))
}

/** Returns the entries that a package exports to users, each with the file that is built for it. */
function entriesOf({ folder, manifest }) {
  return Object.entries(manifest.publishConfig.exports)
    .filter(([, target]) => target.default)
    .map(([entry, target]) => ({
      name: manifest.name + entry.slice(1),
      path: `packages/${basename(folder)}/${target.default.slice(2)}`,
    }))
}

function frameworkOf({ folder }, frameworks) {
  return frameworks.find(({ name }) => name === basename(folder))
}

function bindingBudget(name, path, framework) {
  const isModels = name.endsWith('/llm')
  return {
    name: `${name}: without core`,
    path,
    import: '*',
    limit: isModels ? '0.2 kB' : '1 kB',
    gzip: true,
    ignore: isModels ? ['@headwater/core'] : [framework.npm, '@headwater/core'],
  }
}
