export { createChannel, type Channel } from './channel.ts'
export { type Clock } from './clock.ts'
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
export { channels, type ChannelFamily, type FamilyOptions } from './family.ts'
export { type From } from './feed.ts'
export { type NodeRequest, type NodeResponse } from './handle.ts'
export { type AllowedOrigins, type CorsOptions } from './head.ts'
export { memoryLog, type MemoryLogOptions } from './memory-log.ts'
export {
  type ChannelMessage,
  type ChannelOptions,
  type CloseOptions,
  type PublishOptions,
  type ResponseArguments,
  type ResponseOptions,
} from './options.ts'
