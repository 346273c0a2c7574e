// The generated tables of README.md and README.zh-CN.md. `translate` gives the text of a cell in the language of the document.
import { fillTemplate, tableMarkdown, tablesOf } from './document.mjs'

/** Returns the table of what each import adds to a page. */
export function sizesTable(sizes, translate) {
  const cell = (text) => (text !== 'everything' && /^\w+$/.test(text) ? `\`${text}\`` : translate(text))
  return tableMarkdown(
    [translate('import'), translate('min + gzip')],
    sizes.map(({ entry, parts, size }) => [[`\`${entry}\``, ...parts.map(cell)].join(', '), size]),
  )
}

const SIZE_LINE =
  'Size: {{core}} (min + gzip) for `@headwater/core`, and at most {{binding}} more for a binding. It contains what `EventSource` lacks: a ' +
  'state machine for reconnection, timeouts for dead connections, a parser with limits, sharing, and folds.'

/** Returns the size of core and of the largest binding in one line, with its reason. */
export function sizeLine(sizes, translate) {
  const core = sizes.find(({ entry }) => entry === '@headwater/core')?.size
  const bindings = sizes.filter(
    ({ entry, parts }) => /^@headwater\/\w+$/.test(entry) && parts.includes('without core'),
  )
  const binding = bindings.map(({ size }) => size).toSorted((a, b) => parseFloat(b) - parseFloat(a))[0]
  return fillTemplate(translate(SIZE_LINE), { core, binding })
}

/**
 * Returns the table that compares Headwater with other clients. Its columns come from the READMEs of the bindings, which a test
 * compares with the behaviour of each client.
 */
export function comparisonTable(bindings, translate, isTranslated) {
  const columns = bindings.flatMap(columnsOf)
  const ours = columns.filter(({ client }) => client === 'Headwater')
  const others = columns.filter(({ client }) => client !== 'Headwater')
  const label = ({ client, title }) => `${title}: ${isTranslated(client) ? translate(client) : client}`
  const behaviours = [...ours[0].results.keys()]
  return tableMarkdown(
    ['', 'Headwater', ...others.map(label)],
    behaviours.map((behaviour) => {
      const result = ours.every(({ results }) => results.get(behaviour) === 'yes') ? 'yes' : 'no'
      const cells = [result, ...others.map(({ results }) => results.get(behaviour))]
      return [behaviour, ...cells].map((text) => translate(text))
    }),
  )
}

/** Returns a column for each client in the comparison of a binding's README; none for a binding without a comparison. */
function columnsOf({ title, readme }) {
  const table = tablesOf(readme).find(({ head }) => head.includes('Headwater'))
  return (table?.head.slice(1) ?? []).map((client, index) => ({
    client,
    title,
    results: new Map(table.rows.map((row) => [row[0], row[index + 1]])),
  }))
}

/** Rows of the table of engines: the groups of `engines/report.json`. */
const ENGINE_ROWS = {
  parser: "the parser, compared with a reference and with the engine's own `EventSource`",
  connection: 'a stream in a page and a worker: offline, hidden, back-forward cache, CORS, random faults',
  tabs: 'one connection for all tabs',
  bindings: 'the bindings: conformance suite, and the examples of their READMEs',
  'drop-ins': 'the drop-ins: the checks of the platform, and common usage',
  demo: 'the demo, in each view library',
}

/** Returns the table of the tests that pass in each engine. Some tests are not for an engine. */
export function enginesTable(report, translate) {
  const cell = ({ passed, skipped }) => (skipped > 0 ? `${passed} / ${passed + skipped}` : String(passed))
  return tableMarkdown(
    ['', ...report.map(({ name, version }) => `${name} ${version.replace(/^(\d+(?:\.\d+)?).*/, '$1')}`)],
    Object.entries(ENGINE_ROWS).map(([group, text]) => [
      translate(text),
      ...report.map(({ counts }) => cell(counts[group])),
    ]),
  )
}

const MEAN = 'geometric mean'

/** Returns the table of the parser's speed, relative to its fastest peer: a summary of the first table of the bench that has a mean. */
export function parserTable(bench, translate) {
  const table = tablesOf(bench).find(({ rows }) => rows.some(([name]) => name === MEAN))
  if (!table) throw new Error(`bench/README.md has no table with a row "${MEAN}".`)
  const { head, rows } = table
  const first = head.findIndex((name) => name.startsWith('Node'))
  const runtimes = head.slice(first)
  const figures = (row) => row.slice(first)
  const workloads = rows.filter(([name]) => name !== MEAN).map(figures)
  const extremes = (choose) =>
    runtimes.map((_, index) => choose(...workloads.map((row) => Number(row[index]))).toFixed(2))
  return tableMarkdown(
    ['', ...runtimes],
    [
      [translate(MEAN), ...figures(rows.find(([name]) => name === MEAN))],
      [translate('lowest ratio'), ...extremes(Math.min)],
      [translate('highest ratio'), ...extremes(Math.max)],
    ],
  )
}
