import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, test } from 'vitest'
import { sqliteLog } from '../../src/sqlite.ts'
import { logConformance } from '../../src/testing.ts'

const temporaryFile = () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'events.db')
}

logConformance({
  test,
  isShared: true,
  createStorage() {
    const path = temporaryFile()
    return (options) => sqliteLog(path, options)
  },
})
