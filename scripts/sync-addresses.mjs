#!/usr/bin/env node
// node scripts/sync-addresses.mjs [--write]: checks that the address in the messages of errors follows from addresses.json; with
// --write, updates it. Manifests and READMEs get the addresses when they are packed: see scripts/release.mjs.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ERROR_DOCS_FILE, readAddresses, withErrorDocs } from './addresses.mjs'

const root = new URL('..', import.meta.url)
const file = new URL(ERROR_DOCS_FILE, root)
const before = readFileSync(file, 'utf8')
const after = withErrorDocs(before, readAddresses(fileURLToPath(root)))
const isOutOfDate = after !== before && !process.argv.includes('--write')
if (after !== before && !isOutOfDate) writeFileSync(file, after)
console.log(
  isOutOfDate
    ? `${ERROR_DOCS_FILE} does not follow from addresses.json. Run \`pnpm fix\` to update it.`
    : 'The messages of errors name the address that follows from addresses.json.',
)
process.exitCode = isOutOfDate ? 1 : 0
