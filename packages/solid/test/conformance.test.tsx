import { tellStory } from 'conformance'
import { adapter } from './adapter.tsx'

tellStory(adapter)
