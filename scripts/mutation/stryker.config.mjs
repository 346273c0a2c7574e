import { availableParallelism } from 'node:os'
import frameworks from '../../frameworks.json' with { type: 'json' }

const bindings = `packages/{${frameworks.map(({ name }) => name)}}`
const connection = 'packages/core/src/connection'
const policy = 'batch,deadline,retry-policy,sleep,state,transition'
const stream = 'packages/core/src/stream'
const tests = 'packages/core/test'

/** Sources to mutate, the tests that run for them, and the lowest score that passes, in percent. */
export const areas = {
  policy: {
    threshold: 88,
    mutate: [`${connection}/{${policy}}.ts`],
    // Without the tests that take seconds: simulations of thousands of hours, real servers and proxies.
    testFiles: [`${tests}/connection/!(body|hostile|long-id|nginx|read-pacing|rhythm).test.ts`],
  },
  connection: {
    threshold: 70,
    mutate: [`${connection}/*.ts`, `!${connection}/{${policy}}.ts`],
    // Without the slow tests of the policy.
    testFiles: [`${tests}/connection/!(nginx|retry|rhythm|transition).test.ts`, `${tests}/stream/*.test.ts`],
  },
  parser: {
    // A mutant that skips a fast path is only slower.
    threshold: 80,
    mutate: ['packages/core/src/protocol/*.ts'],
    testFiles: [`${tests}/protocol/*.test.ts`],
  },
  stream: {
    threshold: 80,
    mutate: [`${stream}/**/*.ts`, `!${stream}/subscribe-after-render.ts`],
    testFiles: [`${tests}/stream/*.test.ts`, `${tests}/connection/close.test.ts`],
  },
  bindings: {
    threshold: 92,
    mutate: [`${bindings}/src/*.ts`, `${stream}/subscribe-after-render.ts`],
    testFiles: [`${bindings}/test/*.test.{ts,tsx}`],
  },
}

export default {
  testRunner: 'vitest',
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
  vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
  // The sandbox holds what the tests read. Other files of the repository are not copied.
  ignorePatterns: ['/*', '!/packages', '!/scripts', '!/docs', '!/*.json', 'dist'],
  // A mutated text is rarely a fault that a user would notice.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignoreStatic: true,
  disableTypeChecks: false,
  concurrency: Math.min(4, availableParallelism()),
  timeoutFactor: 2,
  timeoutMS: 3_000,
  tempDirName: '.test-results/stryker',
  cleanTempDir: 'always',
  logLevel: 'warn',
  reporters: ['html', 'json', ...(process.stdout.isTTY ? ['progress'] : [])],
}
