#!/usr/bin/env node
// node scripts/api.mjs [--write]: compares the public types of every entry with packages/*/api/*.api.md; with --write, updates
// these files, so that a change of the types is visible in the diff. Run the build first.
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entriesOf, publishedPackages } from './published.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const write = process.argv.includes('--write')
const work = mkdtempSync(join(tmpdir(), 'headwater-api-'))

/** Returns the public types of one entry, in a fixed order. */
function report(folder, types, name) {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
            module: 'ESNext',
            moduleResolution: 'Bundler',
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
            types: [],
          },
        },
      },
      apiReport: { enabled: true, reportFileName: name, reportFolder: work, reportTempFolder: work },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  })
  const { errorCount } = Extractor.invoke(config, {
    localBuild: true,
    // Hides notices about its bundled compiler and about new reports.
    messageCallback: (message) => (message.handled = message.logLevel !== ExtractorLogLevel.Error),
  })
  if (errorCount > 0) throw new Error(`API Extractor could not read the types in ${folder}.`)
  return readFileSync(join(work, `${name}.api.md`), 'utf8')
}

/** Returns the first line that differs, in both versions. */
function difference(before, after) {
  const [one, other] = [before.split('\n'), after.split('\n')]
  const index = one.findIndex((line, place) => line !== other[place])
  const place = index < 0 ? one.length : index
  return `line ${place + 1}\n  - ${one[place] ?? ''}\n  + ${other[place] ?? ''}`
}

let count = 0
const problems = []
try {
  for (const each of publishedPackages(root)) {
    const { folder } = each
    for (const { shortName, types } of entriesOf(each)) {
      const path = join(folder, `api/${shortName}.api.md`)
      if (!existsSync(join(folder, types)))
        throw new Error(`${join(folder, types)} does not exist. Run \`pnpm build\`.`)
      const after = report(folder, types, shortName)
      const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
      count += 1
      if (after === before) continue
      mkdirSync(join(folder, 'api'), { recursive: true })
      if (write) writeFileSync(path, after)
      else problems.push(`${path.slice(root.length)}: ${difference(before, after)}`)
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
if (problems.length > 0)
  console.log(
    `${problems.join('\n')}\n\nPublic types have changed. If you intended this, run \`pnpm api\` and review the diff.`,
  )
else console.log(`The public types of ${count} entries are ${write ? 'written' : 'unchanged'}.`)
process.exitCode = problems.length === 0 ? 0 : 1
