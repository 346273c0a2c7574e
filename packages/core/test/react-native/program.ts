import * as core from '../../src/index.ts'
import * as llm from '../../src/llm/index.ts'
import { nativePage } from '../../../react/src/native.ts'

// A script for the globals of React Native: nothing is imported or exported at run time.
Object.assign(globalThis, { headwater: { ...core, ...llm, nativePage } })
