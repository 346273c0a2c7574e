/** What the matrix runs: a catalog to change, an environment, and a command. */
export const rows = [
  {
    name: 'react 18.0',
    catalog: {
      react: '18.0.0',
      'react-dom': '18.0.0',
      '@types/react': '18.3.12',
      '@types/react-dom': '18.3.1',
    },
    env: { REACT_MAJOR: '18' },
    command: ['vitest', 'run', '--project=react'],
  },
  {
    name: 'react 18.3',
    catalog: {
      react: '18.3.1',
      'react-dom': '18.3.1',
      '@types/react': '18.3.12',
      '@types/react-dom': '18.3.1',
    },
    env: { REACT_MAJOR: '18' },
    command: ['vitest', 'run', '--project=react'],
  },
  {
    name: 'react 19.0',
    catalog: {
      react: '19.0.0',
      'react-dom': '19.0.0',
      '@types/react': '19.0.0',
      '@types/react-dom': '19.0.0',
    },
    command: ['vitest', 'run', '--project=react'],
  },
  ...['3.3.0', '3.5.45'].map((vue) => ({
    name: `vue ${vue}`,
    catalog: { vue },
    env: { VUE_MINOR: vue.slice(0, 3) },
    command: ['vitest', 'run', '--project=vue'],
  })),
  ...['4.0.0', '4.2.20'].map((svelte) => ({
    name: `svelte ${svelte}`,
    catalog: { svelte },
    env: { SVELTE_MAJOR: '4' },
    command: ['vitest', 'run', '--project=svelte'],
  })),
  ...['5.7.0', '5.57.3'].map((svelte) => ({
    name: `svelte ${svelte}`,
    catalog: { svelte },
    command: ['vitest', 'run', '--project=svelte'],
  })),
  ...['1.8.0', '1.9.19'].map((solid) => ({
    name: `solid ${solid}`,
    catalog: { 'solid-js': solid },
    env: { SOLID_MINOR: solid.slice(0, 3) },
    command: ['vitest', 'run', '--project=solid'],
  })),
  {
    name: 'two million messages through the faults',
    catalog: {},
    env: { HEADWATER_SOAK_SEEDS: '100' },
    command: ['vitest', 'run', '--project=core', 'packages/core/test/connection/soak.test.ts'],
  },
  {
    name: 'typescript 5.4, 5.9, 6 and 7 on what is published',
    command: ['node', 'scripts/published-types.mjs'],
  },
]
