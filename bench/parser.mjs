// `pnpm bench parser`: compares parsers on the same bytes, in interleaved rounds.
//   --node <path>   also measure in this version of Node (repeatable)
//   --chromium      also measure in Chromium (CHROMIUM_PATH or /usr/bin/chromium)
//   --rounds <n>    default 41
//   --write         write the tables to bench/README.md
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'vite'
import { median } from './parser/measure.mjs'
import { BASE, OURS } from './parser/names.mjs'
import { workloads } from './parser/workloads.mjs'
import { parserReport } from './report/parser.mjs'
import { machine, versions, writeReport } from './report/tables.mjs'

const { values: args } = parseArgs({
  args: process.argv.slice(3),
  options: {
    node: { type: 'string', multiple: true, default: [] },
    chromium: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '41' },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(args.rounds)
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const outDir = mkdtempSync(join(tmpdir(), 'headwater-bench-'))

async function bundle(entry, name, ssr) {
  const conditions = ['@headwater/source', 'module', 'import', 'default', ...(ssr ? ['node'] : ['browser'])]
  await build({
    configFile: false,
    root: here('.'),
    logLevel: 'error',
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions, externalConditions: conditions } },
    build: {
      outDir,
      emptyOutDir: false,
      minify: false,
      target: 'es2022',
      ...(ssr
        ? { ssr: here(entry) }
        : { lib: { entry: here(entry), formats: ['es'], fileName: () => `${name}.mjs` } }),
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return join(outDir, `${name}.mjs`)
}

async function inChromium() {
  const { chromium } = await import('playwright')
  const script = readFileSync(await bundle('./parser/in-page.mjs', 'in-page', false))
  const server = createServer((request, response) => {
    const isScript = request.url === '/in-page.mjs'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? script : '<!doctype html><script type="module" src="/in-page.mjs"></script>')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium'
  const browser = await chromium.launch({
    args: ['--no-sandbox'],
    ...(existsSync(executablePath) ? { executablePath } : {}),
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    const table = []
    for (let index = 0; index < workloads.length; index++) {
      console.error(`Chromium: ${workloads[index].name}`)
      // The clock of a page is coarse and a round is short, so run twice as many rounds.
      table.push(
        await page.evaluate(
          ([index, rounds]) => globalThis.measureWorkload(index, rounds),
          [index, rounds * 2],
        ),
      )
    }
    return { runtime: `Chromium ${browser.version().split('.')[0]}`, table }
  } finally {
    await browser.close()
    server.close()
  }
}

function inNode(node, script, which) {
  const output = execFileSync(node, [script, JSON.stringify({ rounds, which })], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(output)
}

/** Runs each parser alone in its process, in turns: another one would change how the engine optimizes it. */
function alone(script) {
  const table = workloads.map((workload, index) => {
    console.error(`${process.version}, alone: ${workload.name}`)
    const once = (name) =>
      JSON.parse(
        execFileSync(process.execPath, [script, JSON.stringify({ alone: name, index })], {
          encoding: 'utf8',
        }),
      )
    const ratios = [1, 2, 3].map(() => once(BASE) / once(OURS))
    return [{ name: OURS, ratio: median(ratios) }]
  })
  return { runtime: `Node ${process.versions.node}`, table }
}

const PEERS = [
  'eventsource-parser',
  '@microsoft/fetch-event-source',
  'undici',
  'openai',
  '@anthropic-ai/sdk',
  '@azure/core-sse',
  'fetch-event-stream',
  'parse-sse',
]

try {
  const script = await bundle('./parser/in-node.mjs', 'in-node', true)
  const runs = [
    inNode(process.execPath, script, 'two'),
    ...args.node.map((node) => inNode(node, script, 'two')),
  ]
  const apart = alone(script)
  const copies = inNode(process.execPath, script, 'copying')
  const all = inNode(process.execPath, script, 'all')
  if (args.chromium) runs.push(await inChromium())
  const flags = `${args.node.map(() => ' --node <path>').join('')}${args.chromium ? ' --chromium' : ''}`
  const report = parserReport({
    command: `pnpm bench parser${flags} --rounds ${rounds} --write`,
    machine: machine(),
    peers: versions(PEERS),
    rounds,
    workloads,
    runs,
    apart,
    copies,
    all,
  })
  console.log(report)
  if (args.write) writeReport('parser', report)
} finally {
  rmSync(outDir, { recursive: true, force: true })
}
