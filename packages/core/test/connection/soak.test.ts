import { expect, test } from 'vitest'
import { createFaultServer } from './fault-server.ts'
import { waitFor } from './harness.ts'
import { soak, type SoakResult } from './soak-client.ts'

const TOTAL = Number(process.env['HEADWATER_SOAK_MESSAGES'] ?? 20_000)
const SEEDS = Number(process.env['HEADWATER_SOAK_SEEDS'] ?? 20)
const SCALE = 100

test(
  `delivers ${TOTAL} messages once and in order despite random faults, ${SEEDS} times`,
  { timeout: SEEDS * 20_000 },
  async () => {
    const faults: Record<string, number> = {}
    const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1)
    const results: SoakResult[] = []
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let seed = seeds.shift(); seed; seed = seeds.shift()) {
          const server = await createFaultServer({ seed, total: TOTAL, scale: SCALE })
          try {
            const result = await soak(`${server.origin}/stream`, SCALE, 60_000)
            const { firstError, messages, reason, maxRequests, openRequests } = result
            expect({ seed, firstError, messages, reason, maxRequests, openRequests }).toEqual({
              seed,
              firstError: '',
              messages: TOTAL,
              reason: 'ended',
              maxRequests: 1,
              openRequests: 0,
            })
            await waitFor('all sockets to close', () => server.sockets === 0)
            expect(server.overlaps).toBe(0)
            for (const [fault, times] of Object.entries(server.faults))
              faults[fault] = (faults[fault] ?? 0) + times
            results.push(result)
          } finally {
            await server.close()
          }
        }
      }),
    )
    const sum = (key: 'messages' | 'connections' | 'attempts') =>
      results.reduce((total, one) => total + one[key], 0)
    console.log(
      `${results.length} seeds: ${sum('messages')} messages over ${sum('connections')} connections and ${sum('attempts')} attempts, none lost, none repeated, in order`,
    )
    console.log(
      Object.entries(faults)
        .map(([fault, times]) => `${fault} ${times}`)
        .join(', '),
    )
    expect(Object.keys(faults).length).toBe(17)
  },
)
