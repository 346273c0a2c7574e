import { type Bench, type BenchOptions, createBench } from './harness.ts'

/** A stream in each of its states, with the way there. */
export const states: Record<string, (options?: BenchOptions) => Promise<Bench>> = {
  async idle(options) {
    return createBench(options)
  },
  async connecting(options) {
    const bench = createBench(options)
    bench.join()
    await bench.clock.advance(0)
    return bench
  },
  async open(options) {
    const bench = await states.connecting!(options)
    await bench.server.requests[0]!.send('id: 7\ndata: x\n\n')
    return bench
  },
  async waiting(options) {
    const bench = await states.open!(options)
    await bench.server.requests[0]!.fail()
    return bench
  },
  async 'paused offline'(options) {
    const bench = await states.open!(options)
    bench.page.tell('offline', true)
    return bench
  },
  async closed(options) {
    const bench = await states.open!(options)
    bench.stream.close()
    await bench.clock.advance(0)
    return bench
  },
}
