import solid from 'vite-plugin-solid'
import { defineProject } from 'vitest/config'

// Tests run what the browser runs; outside of them, the suite renders as a server does.
const ssr = process.env['VITEST'] === undefined

export default defineProject({
  plugins: [solid({ ssr, solid: { hydratable: true } })],
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: {
    name: 'solid',
    environment: 'jsdom',
    include: ['{test,examples}/**/*.test.{ts,tsx}'],
    globals: true,
    testTimeout: 20_000,
  },
})
