#!/usr/bin/env node
// node scripts/check-docs.mjs: builds the docs, checks every page with axe in both themes, and four pages with Lighthouse, which it
// fetches from npm into .tools/ once. Part of the matrix. `--axe` and `--lighthouse` run one of the two.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { chromiumOptions } from '../engines/launch.ts'
import { startDocsServer } from '../e2e/docs-server.ts'
import { fetchRuntime } from './runtime-programs.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const PAGES = ['/', '/concepts/states', '/reference/core/', '/zh/quick-start']
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']
/** Lowest score, of 100, in each category. */
const LOWEST = 95
/** A busy machine lowers a score by chance, so the best of some runs counts. */
const RUNS = 3

function run(command, env = {}) {
  const { status } = spawnSync('pnpm', ['exec', ...command], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (status !== 0) throw new Error(`${command.join(' ')}: exit code ${status}`)
}

/** Returns the score of a page in each category, and the audits that lower it. */
async function measure(program, url) {
  const { executablePath: chromium, args = [] } = chromiumOptions
  const flags = ['--headless=new', ...args].join(' ')
  const options = ['--quiet', '--output=json', `--only-categories=${CATEGORIES}`, `--chrome-flags=${flags}`]
  const child = spawn(process.execPath, [program, url, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(chromium ? { CHROME_PATH: chromium } : {}) },
  })
  let json = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (json += text))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`Lighthouse: exit code ${code}`)
  const { categories, audits } = JSON.parse(json)
  const scores = CATEGORIES.map((name) => Math.round(categories[name].score * 100))
  const failed = CATEGORIES.flatMap((name) => categories[name].auditRefs)
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
    .map(({ id }) => `${id} ${audits[id].displayValue ?? ''}`.trim())
  return { scores, failed: [...new Set(failed)] }
}

async function lighthouse() {
  const program = fetchRuntime({ spec: 'lighthouse@13.5.0', program: 'cli/index.js' })
  const server = await startDocsServer()
  let ok = true
  try {
    for (const page of PAGES) {
      let best = []
      let notes = []
      for (let count = 0; count < RUNS && !isEnough(best); count++) {
        const { scores, failed } = await measure(program, server.url + page)
        best = scores.map((score, index) => Math.max(score, best[index] ?? 0))
        notes = failed
      }
      ok &&= isEnough(best)
      const cells = CATEGORIES.map((name, index) => `${name} ${best[index]}`).join(', ')
      console.log(
        `${isEnough(best) ? '✔' : '✖'} ${page}: ${cells}${notes.length ? ` (${notes.join('; ')})` : ''}`,
      )
    }
  } finally {
    server.close()
  }
  return ok
}

const isEnough = (scores) => scores.length > 0 && scores.every((score) => score >= LOWEST)

run(['turbo', 'run', 'build', '--filter=docs', '--output-logs=errors-only'])
if (!process.argv.includes('--lighthouse'))
  run(['playwright', 'test', '--project=chromium', 'docs'], { HEADWATER_EVERY_PAGE: '1' })
if (!process.argv.includes('--axe') && !(await lighthouse())) process.exitCode = 1
