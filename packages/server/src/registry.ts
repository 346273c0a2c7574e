import type { LogChannel } from './log-channel.ts'

const KEY = Symbol.for('@headwater/server')

/** Channels of this process by name. On `globalThis`, because bundlers load a module more than once. */
const registry = (): Map<string, LogChannel> =>
  ((globalThis as { [KEY]?: Map<string, LogChannel> })[KEY] ??= new Map())

/** Returns the channel of a name. Creates it if there is none. */
export const findChannel = (name: string, create: () => LogChannel): LogChannel => {
  const channels = registry()
  const channel = channels.get(name) ?? create()
  channels.set(name, channel)
  return channel
}

export const forgetChannel = (channel: LogChannel): void => {
  if (registry().get(channel.name) === channel) registry().delete(channel.name)
}
