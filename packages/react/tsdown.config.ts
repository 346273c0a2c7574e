import { library } from '../../tsdown.base.ts'

// One file for each source: only those with hooks have the directive 'use client'.
export default library(['src/index.ts', 'src/llm.ts', 'src/native.ts', 'src/tabs.ts', 'src/testing.ts'], {
  unbundle: true,
})
