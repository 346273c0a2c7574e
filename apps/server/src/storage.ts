import { join } from 'node:path'
import { redisLog } from '@headwater/server/redis'
import { sqliteLog } from '@headwater/server/sqlite'
import { createClient } from 'redis'
import type { Storage } from './channels.ts'

/** Place of the logs that several processes share: a folder for SQLite, or the URL of a Redis. */
export type SharedStorage = { readonly folder: string } | { readonly url: string }

/** Time in which a process notices what another one has written to SQLite, in milliseconds. */
const pollMs = 20

export function openStorage(shared: SharedStorage): Storage {
  if ('folder' in shared) {
    const path = join(shared.folder, 'demo.db')
    return (channel, bounds) => sqliteLog(path, { channel, pollMs, ...bounds })
  }
  const client = createClient({ url: shared.url })
  return (channel, bounds) => redisLog(client, channel, bounds)
}
