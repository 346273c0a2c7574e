import type { LogEntry } from '../log.ts'

/** An entry of a stream, as RESP 2 has it. */
export type RawEntry = readonly [id: string, fields: readonly string[]]

export const toEntry = ([id, fields]: RawEntry): LogEntry => {
  let event = ''
  let data = ''
  let expiresAt: number | undefined
  for (let index = 0; index < fields.length; index += 2) {
    const value = fields[index + 1]!
    if (fields[index] === 'd') data = value
    else if (fields[index] === 'e') event = value
    else if (fields[index] === 'x') expiresAt = Number(value)
  }
  return expiresAt === undefined ? { id, event, data } : { id, event, data, expiresAt }
}
