// Runs interleaved rounds in one process. In each round every contender runs once, in rotating order, so that noise on the
// machine affects all of them equally. A ratio is the median of the ratios within the rounds.

export const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function checksum() {
  const sum = { messages: 0, characters: 0, hash: 0 }
  return {
    sum,
    sink(data) {
      sum.messages++
      sum.characters += data.length
      // Reading one character detects wrong data and forces lazily joined strings to be joined. Reading more would measure
      // the benchmark itself.
      sum.hash = (Math.imul(sum.hash, 31) + data.charCodeAt(data.length >> 1)) | 0
    },
  }
}

async function once(peer, chunks) {
  const { sum, sink } = checksum()
  const start = performance.now()
  const pending = peer.run(chunks, sink)
  if (pending) await pending
  return { ms: performance.now() - start, sum }
}

/** Measures one peer alone in this process: median milliseconds of a pass after a warm-up. */
export async function measureAlone(peer, { chunks }) {
  const run = async (least, ms) => {
    const times = []
    const start = performance.now()
    while (times.length < least || performance.now() - start < ms) times.push((await once(peer, chunks)).ms)
    return times
  }
  await run(2, 300)
  return median(await run(5, 400))
}

/** Measures the peers on a workload: `[{ name, mibPerSecond, ratio, differs }]`. `ratio` is relative to `base`; `differs` is true if the checksum is not that of `base`. */
export async function measure({ workload, peers, base, rounds, slowRounds }) {
  const results = peers.map((peer) => ({ peer, ms: [], ratios: [], sum: undefined }))
  const expected = (
    await once(
      peers.find((peer) => peer.name === base),
      workload.chunks,
    )
  ).sum
  // Warm up for 0.2 s, at least two passes. A contender that needs more than 2 s per pass runs only one round.
  for (const result of results) {
    const start = performance.now()
    for (let pass = 0; pass < 2 || (pass < 100 && performance.now() - start < 200); pass++) {
      result.lastRun = await once(result.peer, workload.chunks)
    }
    result.sum = result.lastRun.sum
    result.rounds = result.peer.slow ? slowRounds : rounds
    if (result.lastRun.ms > 2000) result.rounds = 1
  }
  for (let round = 0; round < rounds; round++) {
    const times = new Map()
    for (let turn = 0; turn < results.length; turn++) {
      const result = results[(turn + round) % results.length]
      if (round >= result.rounds) continue
      const { ms } = await once(result.peer, workload.chunks)
      result.ms.push(ms)
      times.set(result, ms)
    }
    const baseMs = times.get(results.find((result) => result.peer.name === base))
    for (const [result, ms] of times) if (baseMs > 0 && ms > 0) result.ratios.push(baseMs / ms)
  }
  return results.map(({ peer, ms, ratios, sum }) => ({
    name: peer.name,
    mibPerSecond: workload.bytes / 1048.576 / median(ms),
    ratio: median(ratios),
    differs: !peer.floor && JSON.stringify(sum) !== JSON.stringify(expected),
  }))
}

export const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length)
