import { defineConfig } from 'oxlint'
import frameworks from './frameworks.json' with { type: 'json' }

/** Allows the imports that match one of the patterns, and no others. The last pattern that matches decides. */
const importOnly = (message: string, allowed: readonly string[], except: readonly string[] = []) =>
  [
    'error',
    { patterns: [{ group: ['**', ...allowed.map((pattern) => `!${pattern}`), ...except], message }] },
  ] as const

const within = (folder: string, ...files: string[]) => files.map((file) => folder + file)

/** Files and folders of core, and the imports that each may have. No file in core imports an `index.ts`. */
const platform = ['errors.ts', 'development.ts']
const connection = [...platform, 'options.ts', 'platform/*', 'protocol/*']
const stream = [...connection, 'connection/*']
const contracts = [
  ...platform,
  ...['options.ts', 'platform/clock.ts', 'protocol/message.ts'],
  ...['stream/contract.ts', 'stream/decode.ts', 'stream/folds/*', 'stream/scope.ts'],
]
const layers: { readonly [files: string]: readonly string[] } = {
  'errors.ts': ['./docs-address.ts'],
  'docs-address.ts': [],
  'development.ts': [],
  'similar-name.ts': [],
  'options.ts': within('./', ...platform, 'similar-name.ts', 'connection/*', 'platform/*', 'protocol/*'),
  'platform/*': ['./*', ...within('../', ...platform)],
  'protocol/*': ['./*', ...within('../', ...platform)],
  'connection/*': ['./*', ...within('../', ...connection)],
  'stream/*': ['./*', './folds/*', ...within('../', ...stream)],
  'stream/folds/*': ['./*', '../*.ts', ...within('../../', ...stream)],
  'llm/*': ['./*', ...within('../', ...contracts)],
  'llm/resume-from.ts': within('../', 'connection/transport.ts', 'protocol/parser.ts'),
  // A relay is a transport of a connection.
  'tabs/*': [
    './*',
    ...within(
      '../',
      ...contracts,
      'connection/continuity.ts',
      'connection/relay.ts',
      'connection/retry-policy.ts',
    ),
    ...within(
      '../',
      'connection/state.ts',
      'connection/transport.ts',
      'platform/tabs.ts',
      'protocol/parser.ts',
    ),
  ],
  'testing/*': ['./*', ...within('../', ...contracts)],
  'index.ts': ['./**'],
}

/** Globals of the environment. Each group may be used in one place of core. */
const time =
  'Date setTimeout clearTimeout setInterval clearInterval setImmediate requestAnimationFrame performance'.split(
    ' ',
  )
const page = 'window document navigator location sessionStorage localStorage'.split(' ')
const network = 'fetch Response Request XMLHttpRequest EventSource WebSocket'.split(' ')
const nodeOnly = ['process', 'Buffer', 'global', 'require']
const noGlobals = (...allowed: readonly string[]) =>
  [
    'error',
    ...[...time, ...page, ...network, ...nodeOnly]
      .filter((name) => !allowed.includes(name))
      .map((name) => ({
        name,
        message: 'Timers, page and network have one place each: see oxlint.config.ts.',
      })),
  ] as const
const noRandom = [
  'error',
  { object: 'Math', property: 'random', message: 'Only clock.ts may use it.' },
] as const

const core = [
  {
    files: ['packages/core/src/**'],
    rules: {
      'eslint/no-restricted-globals': noGlobals(),
      'eslint/no-restricted-properties': noRandom,
    },
  },
  ...Object.entries(layers).map(([files, allowed]) => ({
    files: [`packages/core/src/${files}`],
    rules: {
      'eslint/no-restricted-imports': importOnly('The layers of core: see ARCHITECTURE.md.', allowed, [
        '**/index.ts',
      ]),
    },
  })),
  { files: ['packages/core/src/platform/*'], rules: { 'eslint/no-restricted-globals': noGlobals(...page) } },
  {
    files: ['packages/core/src/platform/clock.ts'],
    rules: {
      'eslint/no-restricted-globals': noGlobals(...page, ...time),
      'eslint/no-restricted-properties': 'off',
    },
  },
  {
    files: ['packages/core/src/connection/transport.ts'],
    rules: { 'eslint/no-restricted-globals': noGlobals(...network) },
  },
  {
    files: ['packages/core/src/llm/chat-request.ts', 'packages/core/src/llm/resume-from.ts'],
    rules: { 'eslint/no-restricted-globals': noGlobals('Response') },
  },
  {
    files: ['packages/core/src/testing/*'],
    rules: { 'eslint/no-restricted-globals': noGlobals(...network) },
  },
] as const

/** A binding imports core and its view library. If it needs more, core's contract lacks something. */
const bindings = frameworks.map(({ name, npm }) => ({
  files: [`packages/${name}/src/**`],
  rules: {
    'eslint/no-restricted-imports': importOnly('A binding imports core and its view library.', [
      './**',
      '@headwater/core',
      '@headwater/core/llm',
      '@headwater/core/tabs',
      '@headwater/core/testing',
      npm,
      `${npm}/**`,
    ]),
    'eslint/no-restricted-globals': [...noGlobals(), 'AbortController'],
  },
}))

const typesOfCore = {
  group: ['@headwater/core', '@headwater/core/**'],
  allowTypeImports: true,
  message: 'An app takes values from a binding, and only types from core.',
}
const packagesOf = (list: typeof frameworks) =>
  list.flatMap(({ name, npm }) => [`@headwater/${name}`, `@headwater/${name}/**`, npm, `${npm}/**`])

/** An app imports one binding, its view library and `demo-shared`, which imports no view library. */
const apps = [
  ...frameworks.map(({ name }) => ({
    files: [`apps/${name}/src/**`],
    rules: {
      'eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                ...packagesOf(frameworks.filter((other) => other.name !== name)),
                ...['@headwater/compat', '@headwater/compat/**'],
                ...['nanostores', 'uplot', 'valibot', 'demo-server', 'demo-server/**'],
              ],
              message: 'An app imports one binding, its view library and demo-shared.',
            },
            typesOfCore,
          ],
        },
      ],
    },
  })),
  {
    files: ['apps/shared/src/**'],
    rules: {
      'eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [...packagesOf(frameworks), '@headwater/compat', '@headwater/compat/**'],
              message: 'demo-shared imports no view library.',
            },
            // These entries are the same in all bindings, so shared code takes them from core.
            { ...typesOfCore, group: [...typesOfCore.group, '!@headwater/core/{llm,tabs}'] },
          ],
        },
      ],
    },
  },
] as const

/** The drop-ins import core. Their API is event handlers, so their tests assign handlers, too. */
const compat = [
  {
    files: ['packages/compat/**', 'bench/compat/**'],
    rules: {
      'unicorn/prefer-add-event-listener': 'off',
      'unicorn/require-post-message-target-origin': 'off',
    },
  },
  {
    files: ['packages/compat/src/**'],
    rules: {
      'eslint/no-restricted-imports': importOnly('The drop-ins import core.', [
        './**',
        '@headwater/core',
        '@headwater/core/*',
      ]),
      'eslint/no-restricted-globals': ['error', ...time, 'fetch', 'XMLHttpRequest', 'window', ...nodeOnly],
      'eslint/no-restricted-properties': noRandom,
    },
  },
] as const

/** The server imports nothing. Its main entry runs everywhere; only the logs of SQLite and Redis, and their folders, may use Node. */
const server = [
  {
    files: ['packages/server/src/**'],
    rules: {
      'eslint/no-restricted-imports': importOnly(
        'The server imports nothing.',
        ['./**', '../*.ts'],
        ['**/index.ts'],
      ),
      'eslint/no-restricted-properties': noRandom,
    },
  },
  {
    files: ['packages/server/src/*.ts'],
    rules: {
      'eslint/no-restricted-imports': importOnly(
        'The main entry does without the other entries.',
        ['./*.ts'],
        ['./answers.ts', './sqlite.ts', './redis.ts', './testing.ts', './index.ts'],
      ),
      'eslint/no-restricted-globals': noGlobals('Response'),
    },
  },
  {
    files: ['packages/server/src/answers/*'],
    rules: { 'eslint/no-restricted-globals': noGlobals('Response') },
  },
  ...['answers', 'sqlite', 'redis', 'testing'].map((entry) => ({
    files: [`packages/server/src/${entry}.ts`],
    rules: {
      'eslint/no-restricted-imports': importOnly(
        'An entry imports its folder and the log.',
        [`./${entry}/*`, './*.ts'],
        ['./index.ts'],
      ),
    },
  })),
  // Express 5 handles rejected promises.
  { files: ['packages/server/examples/express.ts'], rules: { 'oxc/no-async-endpoint-handlers': 'off' } },
  {
    files: ['packages/server/src/index.ts'],
    rules: {
      'eslint/no-restricted-imports': importOnly('The main entry does without the other entries.', [
        './*.ts',
      ]),
    },
  },
  {
    files: ['packages/server/src/clock.ts'],
    rules: {
      'eslint/no-restricted-globals': noGlobals(...time),
      'eslint/no-restricted-properties': 'off',
    },
  },
] as const

/** A longer function does several things: give each a name. */
const lengths = {
  files: ['packages/*/src/**'],
  rules: {
    'eslint/max-lines-per-function': [
      'error',
      { max: 80, skipBlankLines: false, skipComments: false, IIFEs: true },
    ],
  },
} as const

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'react', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'eslint/no-new': 'off',
    'eslint/no-shadow': 'off',
    'eslint/no-underscore-dangle': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-useless-spread': 'off',
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/require-mock-type-parameters': 'off',
    'vitest/require-to-throw-message': 'off',
    'react/react-in-jsx-scope': 'off',
    'import/no-unassigned-import': 'off',
  },
  overrides: [lengths, ...core, ...bindings, ...apps, ...compat, ...server],
})
