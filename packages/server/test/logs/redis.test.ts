import { beforeEach, test } from 'vitest'
import { redisLog } from '../../src/redis.ts'
import { logConformance } from '../../src/testing.ts'
import { RedisServer, skipWithoutRedis } from './redis-server.ts'

beforeEach(skipWithoutRedis)

logConformance({
  test,
  isShared: true,
  trimSlack: 100,
  async createStorage() {
    const server = await RedisServer.start()
    // Two clients, as of two processes, in turns.
    const clients = [server.client(), server.client()]
    let count = 0
    return (options) => redisLog(clients[count++ % 2]!, 'a key', options)
  },
})
