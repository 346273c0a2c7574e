// Publishes to a SQLite log, and writes each acknowledged id with its data to the parent, one line each.
import { sqliteLog } from '../../src/sqlite.ts'

const [path, run, synchronous, count = 'Infinity'] = process.argv.slice(2) as [
  string,
  string,
  'full' | 'normal',
  string?,
]
const log = sqliteLog(path, { maxMessages: 1_000_000, synchronous })
for (let index = 0; index < Number(count); index++) {
  const size = 1 + (index % 3)
  const messages = Array.from({ length: size }, (_, part) => ({
    event: 'e',
    data: `${run}.${index}.${part}`.padEnd(300, 'x'),
  }))
  const ids = await log.append(messages)
  process.stdout.write(ids.map((id, part) => `${id} ${messages[part]!.data}\n`).join(''))
}
await log.close()
