import { describe } from 'vitest'
import type { Adapter } from './adapter.ts'
import { createHarness } from './harness.ts'
import { testChangingUrl } from './suites/changing-url.ts'
import { testContinuity } from './suites/continuity.ts'
import { testContract } from './suites/contract.ts'
import { testInvalidOptions } from './suites/invalid-options.ts'
import { testMessages } from './suites/messages.ts'
import { testOpening } from './suites/opening.ts'
import { testScopeDefaults } from './suites/scope-defaults.ts'
import { testServerRendering } from './suites/server-rendering.ts'
import { testSharing } from './suites/sharing.ts'
import { testUrlAndOptions } from './suites/url-and-options.ts'

export type { Adapter, MountedPage, Page, ViewProps } from './adapter.ts'
export { type Examples, testExamples } from './examples.ts'
export { createHarness, type Harness } from './harness.ts'
export { testReset } from './suites/reset.ts'

/** Registers the conformance tests for a binding. Every binding passes all of them. */
export function testConformance(adapter: Adapter): void {
  const harness = createHarness(adapter)
  const suites = {
    'stream contract': testContract,
    'url and options': testUrlAndOptions,
    messages: testMessages,
    sharing: testSharing,
    continuity: testContinuity,
    opening: testOpening,
    'a changing url': testChangingUrl,
    'defaults of a scope': testScopeDefaults,
    'invalid options': testInvalidOptions,
    'real sockets and server rendering': testServerRendering,
  }
  for (const [title, suite] of Object.entries(suites))
    describe(`${adapter.name}: ${title}`, () => {
      suite(harness)
    })
}
