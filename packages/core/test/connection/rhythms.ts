/** Next chunk of a simulated stream: the time until it comes, in milliseconds, and its content. */
export interface Chunk {
  readonly gapMs: number
  readonly content: 'messages' | 'comments'
}

/** Kind of stream, with the hours to simulate. `create` returns a stream with random parameters: a function that returns the next chunk. */
export interface Rhythm {
  readonly name: string
  readonly hours: number
  create(random: () => number): () => Chunk
}

type Random = () => number

const message = (gapMs: number): Chunk => ({ gapMs, content: 'messages' })
const comment = (gapMs: number): Chunk => ({ gapMs, content: 'comments' })

/** Returns a number between two others, with a uniform logarithm. */
const between = (random: Random, from: number, to: number) => from * (to / from) ** random()
const exponential = (random: Random, mean: number) => -mean * Math.log(1 - random())
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const logNormal = (random: Random, median: number, sigma: number) => median * Math.exp(sigma * normal(random))

/** Streams whose periods differ by a random share of up to `jitter`. */
function periodic(
  name: string,
  hours: number,
  from: number,
  to: number,
  chunk = message,
  maxJitter = 0.8,
): Rhythm {
  return {
    name,
    hours,
    create(random) {
      const periodMs = between(random, from, to)
      const jitter = between(random, 0.01, maxJitter)
      return () => chunk(periodMs * (1 + jitter * (2 * random() - 1)))
    },
  }
}

/** Output in bursts, as of language models and builds, with quiet spells of minutes and no heartbeats. */
function bursts(name: string, hours: number, medianMs: number, burstMs: number, quietMs: number): Rhythm {
  return {
    name,
    hours,
    create(random) {
      const meanBurstMs = between(random, burstMs / 3, burstMs * 3)
      let leftMs = exponential(random, meanBurstMs)
      return () => {
        const gapMs = logNormal(random, medianMs, 1)
        leftMs -= gapMs
        if (leftMs > 0) return message(gapMs)
        leftMs = exponential(random, meanBurstMs)
        return message(Math.min(exponential(random, quietMs), 290_000))
      }
    },
  }
}

const HOUR_MS = 3_600_000

/** Rhythms of streams that are alive, as servers, networks and people make them. No gap is longer than five minutes. */
export const rhythms: readonly Rhythm[] = [
  periodic('steady, every 100 ms', 30, 100, 100),
  periodic('steady, every 1 to 30 s', 1_600, 1_000, 30_000),
  periodic('heartbeats only, every 15 to 60 s', 1_600, 15_000, 60_000, comment, 0.3),
  {
    name: 'random, every 1 to 60 s on average',
    hours: 2_000,
    create(random) {
      const meanMs = between(random, 1_000, 60_000)
      return () => message(Math.min(exponential(random, meanMs), 290_000))
    },
  },
  bursts('answers of language models', 600, 60, 20_000, 120_000),
  bursts('output of builds', 1_000, 300, 60_000, 90_000),
  bursts('output of long builds', 400, 500, 600_000, 90_000),
  {
    name: 'market, with heartbeats at night',
    hours: 400,
    create(random) {
      const meanMs = between(random, 50, 500)
      const heartbeatMs = between(random, 15_000, 60_000)
      let timeMs = random() * 7 * HOUR_MS
      return () => {
        const gapMs = exponential(random, meanMs)
        const isOpen = timeMs % (24 * HOUR_MS) < 7 * HOUR_MS
        timeMs += isOpen ? Math.min(gapMs, heartbeatMs) : heartbeatMs
        return isOpen && gapMs < heartbeatMs ? message(gapMs) : comment(heartbeatMs)
      }
    },
  },
  {
    name: 'people, busy by day and quiet by night',
    hours: 1_600,
    create(random) {
      const meanMs = between(random, 500, 5_000)
      let timeMs = random() * 24 * HOUR_MS
      return () => {
        const night = Math.cos((timeMs / (24 * HOUR_MS)) * 2 * Math.PI)
        const gapMs = Math.min(exponential(random, meanMs * 20 ** (1 + night)), 290_000)
        timeMs += gapMs
        return message(gapMs)
      }
    },
  },
  {
    name: 'heavy tails',
    hours: 770,
    create(random) {
      const medianMs = between(random, 100, 2_000)
      const sigma = between(random, 1.2, 2.5)
      return () => message(Math.min(logNormal(random, medianMs, sigma), 290_000))
    },
  },
]
