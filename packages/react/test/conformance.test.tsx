import { testConformance, testReset } from 'conformance'
import { adapter } from './adapter.tsx'

testConformance(adapter)
testReset(adapter, undefined)
