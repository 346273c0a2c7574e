import { testConformance } from 'conformance'
import { createAdapter } from './adapter.ts'

testConformance(createAdapter('a Svelte store'))
