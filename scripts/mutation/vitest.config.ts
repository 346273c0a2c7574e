import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import frameworks from '../../frameworks.json' with { type: 'json' }

/** Test files that take long. They run last, so that most mutants are killed before. */
const slow = ['until', 'redirect', 'property', 'retry', 'transition']

class FastTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      slow.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

/** Projects of mutation tests: those of the unit tests, with settings for many short runs. */
export default defineConfig({
  test: {
    sequence: { sequencer: FastTestsFirst },
    projects: [
      {
        extends: './packages/core/vitest.config.ts',
        root: './packages/core',
        // The tests of core share no global state, so the files can share one worker.
        test: { isolate: false },
      },
      ...frameworks.map(({ name }) => ({
        extends: `./packages/${name}/vitest.config.ts`,
        root: `./packages/${name}`,
        test: { testTimeout: 5_000 },
      })),
    ],
  },
})
