export { createChannel, type Channel } from './channel.ts'
export { ServerError, type ServerErrorCode } from './errors.ts'
export {
  PublishError,
  type AppendOptions,
  type Durability,
  type Log,
  type LogEntry,
  type NewMessage,
  type Page,
  type PublishErrorCode,
} from './log.ts'
export { memoryLog, type MemoryLogOptions } from './memory-log.ts'
