import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import frameworks from '../../frameworks.json' with { type: 'json' }

/** Test files that run last, because they take long. Most mutants are killed before. */
const last = ['until', 'redirect', 'property', 'read-pacing', 'retry-limits', 'retry', 'transition']

class FastTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      last.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

const core = join(import.meta.dirname, '../../packages/core/src')

/** The projects of the unit tests without the tests that are slow, start other programs or check only types. */
export default defineConfig({
  test: {
    sequence: { sequencer: FastTestsFirst },
    projects: [
      {
        extends: './packages/core/vitest.config.ts',
        root: './packages/core',
        test: {
          name: 'core',
          // The tests share no global state, so the files can share a worker.
          isolate: false,
          // Few streams and always the same: a score must not depend on chance.
          env: { HEADWATER_STREAMS: '2000', HEADWATER_SEED: '1' },
          exclude: [
            'test/connection/{leaks,memory,soak,thundering-herd}.test.ts',
            'test/protocol/linearity.test.ts',
            'test/stream/process.test.ts',
          ],
        },
      },
      ...frameworks.map(({ name }) => ({
        extends: `./packages/${name}/vitest.config.ts`,
        root: `./packages/${name}`,
        // The links in node_modules lead out of the sandbox, to a core without mutants.
        resolve: {
          alias: [
            { find: /^@headwater\/core$/, replacement: join(core, 'index.ts') },
            { find: /^@headwater\/core\/(llm|testing)$/, replacement: join(core, '$1/index.ts') },
          ],
        },
        test: { name, testTimeout: 5_000, exclude: ['test/{contenders,types,version}.test.ts'] },
      })),
    ],
  },
})
