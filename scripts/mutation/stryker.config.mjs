import { availableParallelism } from 'node:os'
import frameworks from '../../frameworks.json' with { type: 'json' }

const bindings = `packages/{${frameworks.map(({ name }) => name)}}`

/** Sources to mutate, the tests that run for them, and the lowest score that passes, in percent. */
export const areas = {
  policy: {
    threshold: 89,
    mutate: ['packages/core/src/connection/{retry-policy,state,transition}.ts'],
    testFiles: [
      'packages/core/test/connection/{close,headers,idle-timeout,outcome,page,redirect,resume,retry,transition,until}.test.ts',
    ],
  },
  connection: {
    threshold: 50,
    mutate: [
      'packages/core/src/connection/{attempt,connection,delivery,header-refresh,mailbox,reader,transport}.ts',
    ],
    testFiles: [
      'packages/core/test/connection/{close,headers,idle-timeout,outcome,page,redirect,resume,until}.test.ts',
    ],
  },
  parser: {
    threshold: 80,
    mutate: ['packages/core/src/protocol/*.ts'],
    testFiles: ['packages/core/test/protocol/{callbacks,clauses,limits,property,stream}.test.ts'],
  },
  stream: {
    threshold: 50,
    mutate: ['packages/core/src/stream/**/*.ts'],
    testFiles: [
      'packages/core/test/stream/{contract,events,folds,iterator,leaving,notify,options,sharing}.test.ts',
    ],
  },
  bindings: {
    threshold: 90,
    mutate: [`${bindings}/src/*.ts`],
    testFiles: [`${bindings}/test/*.test.{ts,tsx}`, `!${bindings}/test/{types,version}.test.ts`],
  },
}

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
  vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
  // The sandbox holds what the tests read. Other files of the repository are not copied.
  ignorePatterns: ['/*', '!/packages', '!/scripts', '!/*.json', 'dist'],
  // A mutated text is rarely a fault that a user would notice.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignoreStatic: true,
  disableTypeChecks: false,
  concurrency: Math.min(4, availableParallelism()),
  timeoutFactor: 1.1,
  timeoutMS: 1_500,
  tempDirName: '.test-results/stryker',
  cleanTempDir: 'always',
  logLevel: 'warn',
  reporters: ['html', 'json', ...(process.stdout.isTTY ? ['progress'] : [])],
}
