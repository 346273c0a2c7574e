// `pnpm bench <name> [args]` runs bench/<name>.mjs.
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [name = ''] = process.argv.slice(2)
const file = new URL(`./${name}.mjs`, import.meta.url)
if (name === '' || name === 'run' || !existsSync(fileURLToPath(file))) {
  const names = readdirSync(new URL('.', import.meta.url))
    .filter((entry) => entry.endsWith('.mjs') && entry !== 'run.mjs')
    .map((entry) => entry.slice(0, -4))
  console.error(`Usage: pnpm bench <name>, where <name> is one of: ${names.join(', ')}`)
  process.exit(1)
}
await import(file.href)
