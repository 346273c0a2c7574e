// Formats the results of a benchmark and writes them between its marks in the README.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

const at = (path) => new URL(`../${path}`, import.meta.url)
const row = (cells) => `| ${cells.join(' | ')} |`

export const markdown = (head, rows) =>
  [row(head), row(head.map((_, index) => (index ? '--:' : '---'))), ...rows.map(row)].join('\n')

export const machine = () => `${cpus().length} × ${cpus()[0].model.trim()}`

const version = (name) => JSON.parse(readFileSync(at(`node_modules/${name}/package.json`), 'utf8')).version

export const versions = (names) => names.map((name) => `${name} ${version(name)}`).join(', ')

export function writeReport(mark, report) {
  const readme = at('README.md')
  const [before, after] = readFileSync(readme, 'utf8').split(
    new RegExp(`<!-- ${mark} -->[^]*<!-- /${mark} -->`),
  )
  writeFileSync(readme, `${before}<!-- ${mark} -->\n\n${report}\n\n<!-- /${mark} -->${after}`)
  execFileSync('pnpm', ['exec', 'oxfmt', 'README.md'], { cwd: at('.'), stdio: 'ignore' })
}
