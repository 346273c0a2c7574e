import { testConformance } from 'conformance'
import { adapter } from './adapter.tsx'

testConformance(adapter)
