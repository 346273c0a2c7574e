import { afterEach, expect, test, vi } from 'vitest'
import { createWorld } from './world.ts'

afterEach(() => void vi.unstubAllGlobals())

test('one of three tabs has the connection, and all get each message once', async () => {
  const { addTab, advance, server, tabs } = createWorld()
  addTab()
  await advance(1_000)
  addTab()
  addTab()
  await advance(1_000)
  for (let each = 0; each < 20; each++) {
    server.publish()
    await advance(100)
  }
  expect(tabs.map(({ role }) => role)).toEqual(['leader', 'follower', 'follower'])
  expect(server.tabs).toEqual([tabs[0]])
  for (const { delivered, faults } of tabs) {
    expect(faults).toEqual([])
    expect(delivered.length).toBe(20)
  }
})
