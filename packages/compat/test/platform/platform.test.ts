import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventSource } from '../../src/event-source.ts'
import { checks } from './checks.ts'
import { type PlatformServer, startPlatformServer } from './server.ts'

let server: PlatformServer
const { EventSource: native } = globalThis

beforeAll(async () => {
  globalThis.EventSource = EventSource
  server = await startPlatformServer()
})
afterAll(async () => {
  globalThis.EventSource = native
  await server.close()
})

describe('EventSource in Node', () => {
  test.each(checks.filter(({ scopes }) => scopes.includes('node')))('$title', async (check) => {
    expect(await check.run(server)).toEqual(check.expected)
  })
})
