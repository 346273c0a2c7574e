import { tellStory } from 'conformance'
import { adapter } from './adapter.ts'

tellStory(adapter)
