import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createReplayCheck } from '../src/connection/replay-check.ts'
import { networkError } from '../src/connection/transport.ts'
import { warnOnce } from '../src/development.ts'
import { suggest } from '../src/similar-name.ts'
import { createUnusedCheck } from '../src/stream/unused-check.ts'

const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
afterEach(() => {
  warn.mockClear()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

it('warns once per key', () => {
  warnOnce('one', 'first')
  warnOnce('one', 'second')
  warnOnce('two', 'third')
  expect(warn.mock.calls).toEqual([['first'], ['third']])
})

/** Functions for developers, each with a result that is empty in production. */
const developmentOnly = {
  suggest: () => suggest('', 'header', ['headers']),
  createReplayCheck: () => createReplayCheck(),
  createUnusedCheck: () => createUnusedCheck(() => false),
  networkError: () =>
    /CORS/.exec(networkError('https://b.example/', new Error('x'), 'https://a.example/').message),
}

describe.each(Object.entries(developmentOnly))('%s', (_, call) => {
  it('helps in development', () => {
    expect(call()).toBeTruthy()
  })

  it('does nothing in production', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(call()).toBeFalsy()
  })

  it('helps in a page that has no process', () => {
    vi.stubGlobal('process', undefined)
    expect(call()).toBeTruthy()
  })
})

/** Texts that only developers need. */
const TEXTS = [
  'Did you mean',
  'seems to ignore Last-Event-ID',
  'is not used:',
  'is not sent: it is blank',
  'streams within a second',
  'Access-Control-Allow-Origin',
]

it.each([
  ['has them in development', 'development', TEXTS],
  ['lacks them in production', 'production', []],
])('a bundle %s', async (_, mode, texts) => {
  const code = await bundle(mode)
  expect(TEXTS.filter((text) => code.includes(text))).toEqual(texts)
})

async function bundle(mode: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('../src/index.ts', import.meta.url)), formats: ['es'] },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
  return outputs[0]!.output[0].code
}
