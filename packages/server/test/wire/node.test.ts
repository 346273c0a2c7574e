import { join } from 'node:path'
import { describe } from 'vitest'
import { startProgram } from './program.ts'
import { testServer } from './suite.ts'

const folder = join(import.meta.dirname, '../../examples')

describe.each(['node-http', 'express', 'fastify', 'hono'])('examples/%s.ts', (name) => {
  testServer(() =>
    startProgram([process.execPath, '--conditions=@headwater/source', join(folder, `${name}.ts`)]),
  )
})
