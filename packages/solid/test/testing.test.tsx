import { testReset } from 'conformance'
import { resetStreams } from '../src/testing.ts'
import { adapter } from './adapter.tsx'

testReset(adapter, resetStreams)
