import { existsSync, readFileSync } from 'node:fs'
import frameworks from '../frameworks.json' with { type: 'json' }

/**
 * Rows of one package, from `packages/<name>/matrix.json`: versions of its peers, and the environment of its tests. `folders` are those
 * of the tests that use the peer; default: all.
 */
function rowsOf({ name, npm, folders = [] }) {
  const file = new URL(`../packages/${name}/matrix.json`, import.meta.url)
  if (!existsSync(file)) return []
  return JSON.parse(readFileSync(file, 'utf8')).map(({ versions, env }) => ({
    name: `${name} ${versions[npm]}`,
    catalog: versions,
    env,
    // Other clients are compared with the current versions only.
    command: ['vitest', 'run', `--project=${name}`, '--exclude=**/contenders.test.ts', ...folders],
  }))
}

/** Rows of the matrix: the dependencies to replace, the environment, the command to run, and if nothing else may run beside it. */
export const rows = [
  // The longest first, so that both lanes end at about the same time.
  {
    name: 'every page of the docs, with axe',
    command: ['node', 'scripts/check-docs.mjs', '--axe'],
  },
  {
    name: 'half a million deliveries through killed servers and logs',
    env: { HEADWATER_CHAOS_DELIVERIES: '500000' },
    command: ['vitest', 'run', '--project=server', 'packages/server/test/chaos/chaos.test.ts'],
  },
  ...frameworks.flatMap(rowsOf),
  ...rowsOf({ name: 'server', npm: 'redis', folders: ['test/logs', 'test/answers', 'test/chaos'] }),
  {
    name: 'a million random streams, parser against reference',
    env: { HEADWATER_STREAMS: '1000000' },
    command: ['vitest', 'run', '--project=core', 'packages/core/test/protocol/property.test.ts'],
  },
  {
    name: 'a million steps of tabs that share a connection',
    env: { HEADWATER_TAB_STEPS: '1000000' },
    command: ['vitest', 'run', '--project=core', 'packages/core/test/tabs/simulation.test.ts'],
  },
  {
    name: 'recordings of models, cut at every byte',
    env: { HEADWATER_EVERY_BYTE: '1' },
    command: ['vitest', 'run', '--project=core', 'packages/core/test/llm/recordings.test.ts'],
  },
  {
    name: 'two million messages through the faults',
    env: { HEADWATER_SOAK_SEEDS: '100' },
    command: ['vitest', 'run', '--project=core', 'packages/core/test/connection/soak.test.ts'],
  },
  {
    name: '50,000 messages through 150 handovers among 12 tabs, and 70 s with a hidden leader, in Chromium',
    env: { HEADWATER_TABS_HANDOVERS: '150', HEADWATER_TABS_HIDDEN_SECONDS: '70' },
    command: ['vitest', 'run', '--project=browser', 'packages/core/test/tabs'],
  },
  {
    name: 'handovers among 12 tabs in Firefox',
    env: {
      HEADWATER_TABS_BROWSER: 'firefox',
      HEADWATER_TABS_HANDOVERS: '50',
      HEADWATER_TABS_HIDDEN_SECONDS: '70',
    },
    command: ['vitest', 'run', '--project=browser', 'packages/core/test/tabs'],
  },
  {
    name: 'ten thousand readers on one process',
    alone: true,
    env: { HEADWATER_LOAD_READERS: '10000', HEADWATER_LOAD_SECONDS: '60' },
    command: ['vitest', 'run', '--project=server', 'packages/server/test/load/load.test.ts'],
  },
  {
    name: '200 answers, while readers, servers and Redis are killed',
    alone: true,
    env: { HEADWATER_ANSWERS: '200' },
    command: ['vitest', 'run', '--project=server', 'packages/server/test/answers/chaos.test.ts'],
  },
  {
    name: 'servers in Python and Go, and behind nginx, Caddy and HAProxy',
    env: { HEADWATER_MATRIX: '1' },
    command: ['vitest', 'run', '--project=server', 'packages/server/test/wire'],
  },
  {
    name: 'Chromium, Firefox and WebKit',
    alone: true,
    command: ['node', 'scripts/engines.mjs', '--build'],
  },
  {
    name: 'four pages of the docs, with Lighthouse',
    alone: true,
    command: ['node', 'scripts/check-docs.mjs', '--lighthouse'],
  },
  {
    name: 'typescript 5.4, 5.9, 6 and 7 on what is published',
    command: ['node', 'scripts/published-types.mjs'],
  },
]
