import { readFileSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Fold, Message } from '../../src/index.ts'
import { anthropic, type Answer, answer, cohere, gemini, openai } from '../../src/llm/index.ts'

/** Real answers beside this repository. A clone without them skips the tests that read them. */
const folder = fileURLToPath(new URL('../../../../../shared/recordings/', import.meta.url))

export const hasRecordings: boolean = existsSync(`${folder}expected.json`)
