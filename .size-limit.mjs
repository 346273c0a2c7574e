// Size budgets, minified and gzipped, as users import. Every entry of a published package needs one; without it this file throws.
import { basename } from 'node:path'
import frameworks from './frameworks.json' with { type: 'json' }
import { publishedPackages } from './scripts/published.mjs'

/** Budgets of core and compat: name in the report, entry, import, limit, and packages left out of the count. */
const libraries = [
  ['@headwater/core: createEventStream', 'core', 'index', '{ createEventStream }', '10 kB'],
  ['@headwater/core: everything', 'core', 'index', '*', '10.6 kB'],
  ['@headwater/core/parser: createParser', 'core', 'parser', '{ createParser }', '1.8 kB'],
  ['@headwater/core/parser: everything', 'core', 'parser', '*', '1.95 kB'],
  ['@headwater/core/transport: everything', 'core', 'transport', '*', '1.5 kB'],
  ['@headwater/core/testing: everything', 'core', 'testing/index', '*', '1.3 kB'],
  ['@headwater/core/llm: openai and ask', 'core', 'llm/index', '{ ask, openai }', '1.3 kB'],
  ['@headwater/core/llm: everything', 'core', 'llm/index', '*', '1.55 kB'],
]
const dropIns = [
  [
    '@headwater/compat/event-source: EventSource, core and all',
    'compat',
    'event-source',
    '{ EventSource }',
    '5 kB',
  ],
  [
    '@headwater/compat/event-source-polyfill: EventSourcePolyfill, core and all',
    'compat',
    'event-source-polyfill',
    '{ EventSourcePolyfill }',
    '5.4 kB',
  ],
  [
    '@headwater/compat/fetch-event-source: fetchEventSource, core and all',
    'compat',
    'fetch-event-source',
    '{ fetchEventSource }',
    '4.1 kB',
  ],
  ['@headwater/compat: everything, core and all', 'compat', 'index', '*', '6 kB'],
  [
    '@headwater/compat/fetch-event-source beyond core',
    'compat',
    'fetch-event-source',
    '{ fetchEventSource }',
    '1.2 kB',
    ['@headwater/core'],
  ],
]

const entriesOf = ({ folder, manifest }) =>
  Object.entries(manifest.publishConfig.exports)
    .filter(([, target]) => target.default)
    .map(([entry, target]) => ({
      entry: manifest.name + entry.slice(1),
      path: `packages/${basename(folder)}/${target.default.slice(2)}`,
    }))
const published = publishedPackages()

/** A binding may add 1 kB to core, its `/llm` entry 0.2 kB. */
const bindings = frameworks
  .flatMap(({ name, npm }) => {
    const found = published.find(({ folder }) => basename(folder) === name)
    return found ? entriesOf(found).map((each) => ({ ...each, npm })) : []
  })
  .map(({ entry, path, npm }) => {
    const isLlm = entry.endsWith('/llm')
    const ignore = isLlm ? ['@headwater/core'] : [npm, '@headwater/core']
    return { name: `${entry} beyond core`, path, import: '*', limit: isLlm ? '0.2 kB' : '1 kB', ignore }
  })

const listed = ([name, folder, entry, what, limit, ignore]) => ({
  name,
  path: `packages/${folder}/dist/${entry}.js`,
  import: what,
  limit,
  ...(ignore && { ignore }),
})
const budgets = [...libraries.map(listed), ...bindings, ...dropIns.map(listed)]

for (const { entry, path } of published.flatMap(entriesOf))
  if (!budgets.some((budget) => budget.path === path))
    throw new Error(`${entry} has no size budget: add one for ${path} to .size-limit.mjs`)

export default budgets.map((budget) => ({ ...budget, gzip: true }))
