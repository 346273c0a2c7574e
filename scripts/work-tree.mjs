import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a program and returns its output. Throws with the whole output if the program fails. */
export function run(cwd, command, ...args) {
  const { NODE_OPTIONS: _, GITHUB_REPOSITORY: __, VITEST: ___, ...env } = process.env
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', env })
  if (status !== 0)
    throw new Error(
      `${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}\n${stdout}${stderr}`,
    )
  return stdout.trim()
}

/** Copies the work tree, including uncommitted files, into a new repository, and installs the dependencies. */
export function copyWorkTree(tree) {
  mkdirSync(tree)
  const files = run(root, 'git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')
  for (const file of files.filter((file) => file && existsSync(join(root, file))))
    cpSync(join(root, file), join(tree, file))
  run(tree, 'git', 'init', '--quiet', '--initial-branch=main')
  run(tree, 'git', 'config', 'user.name', 'Headwater')
  run(tree, 'git', 'config', 'user.email', 'headwater@example.invalid')
  run(tree, 'git', 'add', '--all')
  run(tree, 'git', 'commit', '--quiet', '--message', 'Start')
  run(tree, 'pnpm', 'install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--silent')
}
