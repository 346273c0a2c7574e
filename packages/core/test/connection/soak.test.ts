import { expect, test } from 'vitest'
import { createFaultServer } from './fault-server.ts'
import { until } from './harness.ts'
import { soak, type Soaked } from './soak-client.ts'

const TOTAL = Number(process.env['HEADWATER_SOAK_MESSAGES'] ?? 20_000)
const SEEDS = Number(process.env['HEADWATER_SOAK_SEEDS'] ?? 20)
const SCALE = 100

test(
  `${TOTAL} messages through random faults come once and in order, ${SEEDS} times`,
  { timeout: SEEDS * 20_000 },
  async () => {
    const faults: Record<string, number> = {}
    const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1)
    const all: Soaked[] = []
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let seed = seeds.shift(); seed; seed = seeds.shift()) {
          const server = await createFaultServer({ seed, total: TOTAL, scale: SCALE })
          try {
            const result = await soak(`${server.origin}/stream`, SCALE, 60_000)
            const { wrong, messages, reason, most, left } = result
            expect({ seed, wrong, messages, reason, most, left }).toEqual({
              seed,
              wrong: '',
              messages: TOTAL,
              reason: 'ended',
              most: 1,
              left: 0,
            })
            await until('every socket is closed', () => server.sockets === 0)
            expect(server.overlaps).toBe(0)
            for (const [fault, times] of Object.entries(server.faults))
              faults[fault] = (faults[fault] ?? 0) + times
            all.push(result)
          } finally {
            await server.close()
          }
        }
      }),
    )
    const sum = (key: 'messages' | 'connections' | 'attempts') =>
      all.reduce((total, one) => total + one[key], 0)
    console.log(
      `${all.length} seeds: ${sum('messages')} messages over ${sum('connections')} connections and ${sum('attempts')} attempts, none lost, none repeated, in order`,
    )
    console.log(
      Object.entries(faults)
        .map(([fault, times]) => `${fault} ${times}`)
        .join(', '),
    )
    expect(Object.keys(faults).length).toBe(17)
  },
)
