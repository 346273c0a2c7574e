import { testConformance } from 'conformance'
import { adapter } from './adapter.ts'

testConformance(adapter)
