import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { startProgram } from './program.ts'
import { isMatrix, testServer } from './suite.ts'

const examples = join(import.meta.dirname, '../../examples')
const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0

/** Debian's Python first: it finds Debian's aiohttp. */
const python = ['/usr/bin/python3', 'python3'].find((program) => runs(program, '-c', 'import aiohttp'))
const noPython = 'needs python3 with aiohttp: apt-get install python3-aiohttp'
describe.skipIf(!isMatrix || !python)(`examples/python/server.py${python ? '' : ` ${noPython}`}`, () => {
  testServer(() => startProgram([python!, join(examples, 'python/server.py')]))
})

const go = runs('go', 'version')
const noGo = 'needs go: apt-get install golang-go'
describe.skipIf(!isMatrix || !go)(`examples/go/server.go${go ? '' : ` ${noGo}`}`, () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-go-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  testServer(() => {
    const program = join(folder, 'server')
    const { status, stderr } = spawnSync('go', ['build', '-o', program, join(examples, 'go/server.go')], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`go build failed.\n${stderr}`)
    return startProgram([program])
  })
})
