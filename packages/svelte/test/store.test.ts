import { testConformance, testReset } from 'conformance'
import { createAdapter } from './adapter.ts'

const adapter = createAdapter('a Svelte store')

testConformance(adapter)
testReset(adapter, undefined)
