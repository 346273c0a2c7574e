import { testReset } from 'conformance'
import { resetStreams } from '../src/testing.ts'
import { adapter } from './adapter.ts'

testReset(adapter, resetStreams)
