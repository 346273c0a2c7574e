// Publishes to a Redis log, and writes each acknowledged id with its data to the parent, one line each.
import { createClient } from 'redis'
import { redisLog } from '../../src/redis.ts'

const [url, run, count] = process.argv.slice(2) as [string, string, string]
const log = redisLog(createClient({ url }), 'log')
for (let index = 0; index < Number(count); index++) {
  const size = 1 + (index % 3)
  const messages = Array.from({ length: size }, (_, part) => ({ event: '', data: `${run}.${index}.${part}` }))
  const ids = await log.append(messages)
  process.stdout.write(ids.map((id, part) => `${id} ${messages[part]!.data}\n`).join(''))
}
await log.close()
