import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

describe('check-workflows', () => {
  const read = (file: string) => readFileSync(join(root, '.github/workflows', file), 'utf8')
  const valid = read('ci.yml')

  /** Returns the output of the check for a workflow of the repository after one replacement. */
  function check(from: string | RegExp, to: string, workflow = 'ci.yml') {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-workflows-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    for (const name of ['.github', 'scripts'])
      cpSync(join(root, name), join(folder, name), { recursive: true })
    writeFileSync(join(folder, '.github/workflows', workflow), read(workflow).replace(from, to))
    const { stdout } = spawnSync(process.execPath, [join(root, 'scripts/check-workflows.mjs')], {
      cwd: folder,
      encoding: 'utf8',
    })
    return stdout
  }

  test.each([
    [
      'an action that is pinned to a tag',
      /actions\/checkout@\w+ # v\S+/,
      'actions/checkout@v6',
      'is not pinned',
    ],
    ['missing permissions', /^permissions:\n {2}contents: read\n/m, '', 'has no `permissions`'],
    ['a missing script', 'run: npm test', 'run: node scripts/gone.mjs', 'does not exist'],
    ['a secret', 'run: npm test', 'run: npm test ${{ secrets.TOKEN }}', 'uses a secret'],
    ['an unknown key', 'timeout-minutes: 90', 'timeout-hours: 2', 'timeout-hours'],
  ])('reports %s', (_, from, to, fault) => {
    expect(valid.replace(from, to)).not.toBe(valid)
    expect(check(from, to)).toContain(fault)
  })

  test.each([/ {6}id-token: write.*\n/, / {10}NPM_CONFIG_PROVENANCE: 'true'\n/])(
    'reports a job that publishes without %s',
    (line) => {
      expect(check(line, '', 'release.yml')).toMatch(/release\.yml:\d+ publishes without/)
    },
  )

  test('accepts the workflow of the repository', () => {
    expect(check('', '')).toContain('well-formed and pinned')
  })
})
