import { join } from 'node:path'
import type { AnswerStore } from '@headwater/server/answers'
import { redisAnswers, redisLog } from '@headwater/server/redis'
import { sqliteAnswers, sqliteLog } from '@headwater/server/sqlite'
import { createClient } from 'redis'
import type { Storage } from './channels.ts'

/** Place of the logs and the answers that several processes share: a folder for SQLite, or the URL of a Redis. */
export type SharedStorage = { readonly folder: string } | { readonly url: string }

/** Time in which a process notices what another one has written to SQLite, in milliseconds. */
const pollMs = 20

export function openStorage(shared: SharedStorage): Storage {
  if ('folder' in shared) {
    const path = fileIn(shared.folder)
    return (channel, bounds) => sqliteLog(path, { channel, pollMs, ...bounds })
  }
  const client = createClient({ url: shared.url })
  return (channel, bounds) => redisLog(client, channel, bounds)
}

export function openAnswerStore(shared: SharedStorage): AnswerStore {
  if ('folder' in shared) return sqliteAnswers(fileIn(shared.folder), { pollMs })
  return redisAnswers(createClient({ url: shared.url }))
}

const fileIn = (folder: string) => join(folder, 'demo.db')
