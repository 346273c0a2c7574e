import { type LogConformanceOptions, createHarness } from './testing/harness.ts'
import { testDedupe, testMessages, testPositions } from './testing/messages.ts'
import { testModel } from './testing/model.ts'
import { testSharing, testTail, testTrimming } from './testing/reading.ts'

export type { ConformanceLogOptions, LogConformanceOptions, OpenLog } from './testing/harness.ts'

/**
 * Registers the conformance tests for a log. Every log of this package passes them. A log of your own that passes them works in a channel.
 *
 * Works with any test runner: it needs only a function that registers a test.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { memoryLog } from '@headwater/server'
 * import { logConformance } from '@headwater/server/testing'
 *
 * logConformance({
 *   test,
 *   createStorage: () => (options) => memoryLog(options),
 * })
 * ```
 */
export function logConformance(options: LogConformanceOptions): void {
  const harness = createHarness(options)
  testMessages(harness)
  testPositions(harness)
  testDedupe(harness)
  testTail(harness)
  testTrimming(harness)
  testModel(harness)
  if (options.isShared) testSharing(harness)
}
