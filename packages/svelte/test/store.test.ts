import { tellStory } from 'conformance'
import { createAdapter } from './adapter.ts'

tellStory(createAdapter('a Svelte store'))
