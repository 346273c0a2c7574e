import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** A small repository with one package, one changeset and one workflow, and the check's own script in it. */
function repository() {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-checks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args], { cwd: folder })
  const commit = () => {
    git('add', '--all')
    git('commit', '--quiet', '--message', 'Go on')
  }
  const check = (script: string, ...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [`scripts/${script}`, ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
    return { ok: status === 0, said: stdout + stderr }
  }
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
  write('packages/one/package.json', '{ "name": "@headwater/one" }')
  write('packages/one/src/index.ts', 'export {}')
  git('init', '--quiet', '--initial-branch=main')
  return { write, commit, check }
}

describe('the check of changesets', () => {
  test('asks for one where sources have changed, and is content with one that names the package', () => {
    const { write, commit, check } = repository()
    commit()
    const { ok, said } = check('check-changesets.mjs')
    expect(ok).toBe(false)
    expect(said).toContain('packages/one/src/ has changed, and no changeset says so')
    write('.changeset/a.md', "---\n'@headwater/one': minor\n---\n\nSomething.\n")
    expect(check('check-changesets.mjs').ok).toBe(true)
  })

  test('asks for another where a pull request changes more', () => {
    const { write, commit, check } = repository()
    write('.changeset/a.md', "---\n'@headwater/one': minor\n---\n\nSomething.\n")
    commit()
    expect(check('check-changesets.mjs', '--since', 'HEAD').ok).toBe(true)
    write('packages/one/src/index.ts', 'export const one = 1')
    expect(check('check-changesets.mjs', '--since', 'HEAD').ok).toBe(false)
    write('.changeset/b.md', "---\n'@headwater/one': patch\n---\n\nMore.\n")
    expect(check('check-changesets.mjs', '--since', 'HEAD').ok).toBe(true)
  })

  test.each([
    ["---\n'@headwater/one': minor\n---\n", 'says nothing'],
    ["---\n'@headwater/one': big\n---\n\nText.\n", 'asks for a big'],
    ["---\n'@headwater/two': minor\n---\n\nText.\n", 'which is not published'],
  ])('refuses one that cannot be read: %j', (text, fault) => {
    const { write, commit, check } = repository()
    commit()
    write('.changeset/a.md', text)
    expect(check('check-changesets.mjs').said).toContain(fault)
  })
})

describe('the check of workflows', () => {
  const sound = readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')

  /** The repository's own workflow, with one thing changed, under the check. */
  function after(from: string | RegExp, to: string) {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-workflows-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, '.github/workflows'), { recursive: true })
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
    writeFileSync(join(folder, '.github/workflows/ci.yml'), sound.replace(from, to))
    const { stdout } = spawnSync(process.execPath, [join(root, 'scripts/check-workflows.mjs')], {
      cwd: folder,
      encoding: 'utf8',
    })
    return stdout
  }

  test.each([
    ['a tag instead of a commit', /actions\/checkout@\w+ # v\S+/, 'actions/checkout@v6', 'is not pinned'],
    [
      'rights that are not named',
      /^permissions:\n {2}contents: read\n/m,
      '',
      'has no permissions of its own',
    ],
    ['a script that is not there', 'scripts/check-changesets.mjs', 'scripts/gone.mjs', 'is not there'],
    ['a secret', 'run: npm test', 'run: npm test ${{ secrets.TOKEN }}', 'uses a secret'],
    ['a word that GitHub does not know', 'timeout-minutes: 90', 'timeout-hours: 2', 'timeout-hours'],
  ])('notices %s', (_, from, to, fault) => {
    expect(sound.replace(from, to)).not.toBe(sound)
    expect(after(from, to)).toContain(fault)
  })

  test('has nothing to say of the workflow as it is', () => {
    expect(after('', '')).toContain('well-formed and pinned')
  })
})
