import { testConformance, testReset } from 'conformance'
import { adapter } from './adapter.ts'

testConformance(adapter)
testReset(adapter, undefined)
