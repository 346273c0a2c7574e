import { createHarness, type Harness, type HarnessOptions } from './harness.ts'

/** For each state, a function that brings a new stream into it. */
export const harnessIn: Record<string, (options?: HarnessOptions) => Promise<Harness>> = {
  async idle(options) {
    return createHarness(options)
  },
  async connecting(options) {
    const harness = createHarness(options)
    harness.subscribe()
    await harness.clock.advance(0)
    return harness
  },
  async open(options) {
    const harness = await harnessIn.connecting!(options)
    await harness.server.requests[0]!.send('id: 7\ndata: x\n\n')
    return harness
  },
  async waiting(options) {
    const harness = await harnessIn.open!(options)
    await harness.server.requests[0]!.fail()
    return harness
  },
  async 'paused offline'(options) {
    const harness = await harnessIn.open!(options)
    harness.page.emit('offline', true)
    return harness
  },
  async closed(options) {
    const harness = await harnessIn.open!(options)
    harness.stream.close()
    await harness.clock.advance(0)
    return harness
  },
}
