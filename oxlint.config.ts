import { defineConfig } from 'oxlint'

/** Core's files in the order of the flow: each may import only from those before it. */
const flow =
  'message errors parser clock transport state page machine retry options connection source share decode fold folding notice contract iterator narrow listeners bind-event-stream event-stream after-render index'.split(
    ' ',
  )

/** The only doors to the world, and what lies behind each. */
const doors = {
  clock: 'Date setTimeout clearTimeout setInterval setImmediate requestAnimationFrame performance'.split(' '),
  transport: 'fetch Response Request XMLHttpRequest EventSource WebSocket'.split(' '),
  page: 'window document navigator location sessionStorage localStorage'.split(' '),
}
const nodeOnly = ['process', 'Buffer', 'global', 'require']

const chance = { object: 'Math', property: 'random', message: 'Only clock.ts may touch it.' }

const core = flow.map((name, place) => {
  const later = flow.slice(place + 1).join('|')
  const elsewhere = Object.entries(doors)
    .filter(([door]) => door !== name)
    .flatMap(([door, names]) =>
      names.map((global) => ({ name: global, message: `Only ${door}.ts may touch it.` })),
    )
  const imports = [{ regex: '^[^.]|\\.\\./', message: 'Core depends on nothing outside its folder.' }]
  if (later)
    imports.push({ regex: `^\\./(${later})\\.ts$`, message: `In the flow, ${name} comes before it.` })
  return {
    files: [`packages/core/src/${name}.ts`],
    rules: {
      'eslint/no-restricted-imports': ['error', { patterns: imports }],
      'eslint/no-restricted-globals': ['error', ...elsewhere, ...nodeOnly],
      'eslint/no-restricted-properties': name === 'clock' ? 'off' : ['error', chance],
    },
  }
})

/** What is read of language models' answers is built on core, and needs none of its doors but the means to make a body. */
const llm = {
  files: ['packages/core/src/llm/**'],
  rules: {
    'eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex: '^[^.]|\\.\\./\\.\\./|\\.\\./index', message: 'It knows core, file by file.' }] },
    ],
    'eslint/no-restricted-globals': [
      'error',
      ...Object.values(doors)
        .flat()
        .filter((name) => name !== 'Response'),
      ...nodeOnly,
    ],
  },
}

const frameworks = ['react', 'vue', 'svelte', 'solid']
const packageOf = (framework: string) => (framework === 'solid' ? 'solid-js' : framework)

/** A binding that needs one of these shows that the core's contract is short of a promise. */
const bindings = frameworks.map((framework) => {
  const others = frameworks.filter((other) => other !== framework)
  const regex = `^(@headwater/(compat|${others.join('|')})|${others.map(packageOf).join('|')})(/|$)|^node:`
  return {
    files: [`packages/${framework}/src/**`],
    rules: {
      'eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex, message: 'A binding knows core and its framework.' }] },
      ],
      'eslint/no-restricted-globals': [
        'error',
        ...Object.values(doors).flat(),
        'AbortController',
        ...nodeOnly,
      ],
    },
  }
})

/** An app knows one binding, its framework, and what the apps share. */
const apps = frameworks.map((framework) => {
  const others = frameworks.filter((other) => other !== framework)
  const regex = `^(@headwater/(compat|${others.join('|')})|${others.map(packageOf).join('|')}|nanostores|uplot|valibot|demo-server)(/|$)`
  return {
    files: [`apps/${framework}/src/**`],
    rules: {
      'eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex, message: 'An app uses one binding, and what the apps share.' },
            {
              regex: '^@headwater/core',
              allowTypeImports: true,
              message: 'An app needs types alone from core.',
            },
          ],
        },
      ],
    },
  }
})

/** What the apps share knows no framework, and of this library types alone. */
const shared = {
  files: ['apps/shared/src/**'],
  rules: {
    'eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(@headwater/(compat|${frameworks.join('|')})|${frameworks.map(packageOf).join('|')})(/|$)`,
            message: 'What the apps share knows no framework.',
          },
          {
            regex: '^@headwater/core',
            allowTypeImports: true,
            message: 'What the apps share needs types alone from core.',
          },
        ],
      },
    ],
  },
}

/** The drop-ins: handlers are what they are about, and what they are tested by. */
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
      'eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^@headwater/(react|vue|svelte|solid)|^node:', message: 'The drop-ins know core.' },
          ],
        },
      ],
      'eslint/no-restricted-globals': [
        'error',
        ...doors.clock,
        'fetch',
        'XMLHttpRequest',
        'window',
        ...nodeOnly,
      ],
      'eslint/no-restricted-properties': ['error', chance],
    },
  },
] as const

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
  overrides: [...core, llm, ...bindings, ...apps, shared, ...compat],
})
