import { beforeEach } from 'vitest'
import { shownWarnings } from '../src/development.ts'

// Each test sees the warnings that it causes, also if files share a worker.
beforeEach(() => shownWarnings.clear())
