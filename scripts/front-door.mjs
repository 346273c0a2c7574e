#!/usr/bin/env node
// node scripts/front-door.mjs [--write]: what the READMEs say in figures comes from where it is measured and tested: sizes from
// size-limit, speed from bench/README.md, the comparison from the bindings' READMEs, which a test holds to what it sees.
// Both languages show the same examples. Build first.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedPackages } from './published.mjs'

const root = new URL('..', import.meta.url)
const read = (path) => readFileSync(new URL(path, root), 'utf8')
const write = process.argv.includes('--write')

/** What the tables say in Chinese. Whoever adds a row adds its words. */
const chinese = {
  import: '导入',
  'min + gzip': '压缩后（min + gzip）',
  everything: '全部',
  'beyond core': '在 core 之外',
  'core and all': '连同 core 的部分',
  'fetchEventSource beyond core': 'fetchEventSource，在 core 之外',
  'openai and ask': 'openai 和 ask',
  yes: '✓',
  no: '—',
  'Two components hold one connection': '两个组件共用一条连接',
  'A burst of five messages calls back five times': '连发五条消息，回调五次',
  'A callback written inline causes no reconnect': '内联写的回调不会引起重连',
  'Nothing of the old url is shown under the new one': '换了地址，不会再显示旧地址的内容',
  'A 503 is followed by another attempt': '遇到 503 会再试',
  'A remount keeps the connection': '重新挂载不断开连接',
  'The request carries a token': '请求能带上令牌',
  'useEffect by hand': '手写 useEffect',
  'a store by hand': '手写 store',
  'createEffect by hand': '手写 createEffect',
  'geometric mean': '几何平均',
  'the worst workload': '最不利的一项',
  'the best workload': '最有利的一项',
}
const languages = {
  'README.md': (text) => text,
  'README.zh-CN.md': (text) => {
    if (!(text in chinese)) throw new Error(`scripts/front-door.mjs has no Chinese for "${text}"`)
    return chinese[text]
  },
}

const cells = (line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
/** The rows of the first table after a text. */
function tableAfter(document, text) {
  const place = document.indexOf(text)
  if (place < 0) throw new Error(`there is no "${text}" to read a table after`)
  const lines = document.slice(place).split('\n')
  const start = lines.findIndex((line) => line.startsWith('|'))
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  const [head, , ...rows] = lines.slice(start, end).map(cells)
  return { head, rows }
}
const markdown = (head, rows) =>
  [head, head.map((_, index) => (index ? '--:' : '---')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

const program = fileURLToPath(new URL('node_modules/size-limit/bin.js', root))
const { stdout } = spawnSync(process.execPath, [program, '--json'], { cwd: root, encoding: 'utf8' })
/** What each import weighs: its entry, what of it, and the figure. */
const weights = JSON.parse(stdout).map(({ name, size }) => {
  const [, entry, what] = name.match(/^(\S+?):? (.+)$/)
  return { entry, what: what.split(', '), size: `${(size / 1000).toFixed(1)} kB` }
})

function sizes(say) {
  const word = (text) => (text !== 'everything' && /^\w+$/.test(text) ? `\`${text}\`` : say(text))
  return markdown(
    [say('import'), say('min + gzip')],
    weights.map(({ entry, what, size }) => [[`\`${entry}\``, ...what.map(word)].join(', '), size]),
  )
}

function comparison(say) {
  const columns = ['react', 'vue', 'svelte', 'solid'].flatMap((view) => {
    const { head, rows } = tableAfter(read(`packages/${view}/README.md`), '## The same page by other means')
    return head.slice(1).map((name, index) => ({
      name,
      view,
      answers: new Map(rows.map((row) => [row[0], row[index + 1]])),
    }))
  })
  const ours = columns.filter(({ name }) => name === 'Headwater')
  const theirs = columns.filter(({ name }) => name !== 'Headwater')
  const titles = [...ours[0].answers.keys()]
  const label = ({ name, view }) =>
    `${view[0].toUpperCase()}${view.slice(1)}: ${name in chinese ? say(name) : name}`
  return markdown(
    ['', 'Headwater', ...theirs.map(label)],
    titles.map((title) => {
      const all = ours.every(({ answers }) => answers.get(title) === 'yes')
      return [say(title), say(all ? 'yes' : 'no'), ...theirs.map(({ answers }) => say(answers.get(title)))]
    }),
  )
}

function parser(say) {
  const { head, rows } = tableAfter(read('bench/README.md'), '### headwater against eventsource-parser')
  const first = head.findIndex((name) => name.startsWith('Node'))
  const workloads = rows.filter(([name]) => name !== 'geometric mean')
  const mean = rows.find(([name]) => name === 'geometric mean')
  const extreme = (choose) =>
    head
      .slice(first)
      .map((_, index) => choose(...workloads.map((row) => Number(row[first + index]))).toFixed(2))
  return markdown(
    ['', ...head.slice(first)],
    [
      [say('geometric mean'), ...mean.slice(first)],
      [say('the worst workload'), ...extreme(Math.min)],
      [say('the best workload'), ...extreme(Math.max)],
    ],
  )
}

const problems = []
/** Writes a document as it has to be, or tells that it is not so. */
function settle(name, before, after) {
  if (after === before) return
  if (write) writeFileSync(new URL(name, root), after)
  else problems.push(`the figures in ${name} are not what is measured now: \`pnpm fix\` renews them`)
}
const budgets = JSON.parse(read('.size-limit.json')).map(({ path }) => path)
for (const { folder, manifest } of publishedPackages())
  for (const [entry, { default: file } = {}] of Object.entries(manifest.publishConfig.exports)) {
    const path = file && `packages/${basename(folder)}/${file.slice(2)}`
    if (path && !budgets.includes(path))
      problems.push(`${manifest.name}${entry.slice(1)} has no budget in .size-limit.json`)
  }
const examples = (text) => [...text.matchAll(/^```(tsx?|vue|svelte)\n[\s\S]*?^```/gm)].map(([block]) => block)
const [english] = Object.keys(languages).map((name) => examples(read(name)))
for (const [name, say] of Object.entries(languages)) {
  const before = read(name)
  let after = before
  for (const [mark, make] of Object.entries({ sizes, comparison, parser })) {
    const block = new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*?(<!-- /${mark} -->)`)
    if (!block.test(after))
      problems.push(`${name} has no part between <!-- ${mark} --> and <!-- /${mark} -->`)
    after = after.replace(block, (_, open, close) => `${open}\n${make(say)}\n\n${close}`)
  }
  if (examples(after).join('\n') !== english.join('\n'))
    problems.push(`the examples of ${name} are not those of README.md`)
  after = format(after, name)
  settle(name, before, after)
}
// A row of a package's README that imports an entry ends with what that weighs.
for (const { folder } of publishedPackages()) {
  const name = `packages/${basename(folder)}/README.md`
  const before = read(name)
  const row = /^(\|.*from '(@headwater\/[^']+)'.*\| *)\d+\.\d kB( *\|)$/gm
  const weightOf = (entry) => weights.find((weight) => weight.entry === entry)?.size ?? '?'
  settle(
    name,
    before,
    before.replace(row, (_, start, entry, end) => start + weightOf(entry) + end),
  )
}
console.log(problems.length ? problems.join('\n') : 'the READMEs say what is measured, in both languages')
process.exitCode = problems.length ? 1 : 0

/** As oxfmt aligns tables. */
function format(text, name) {
  const { stdout, status } = spawnSync('pnpm', ['exec', 'oxfmt', `--stdin-filepath=${name}`], {
    cwd: root,
    input: text,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('oxfmt could not read what was written')
  return stdout
}
