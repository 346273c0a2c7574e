import { afterEach, expect, it, vi } from 'vitest'
import { warnOnce } from '../src/warn.ts'

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

it('does not warn in production', () => {
  vi.stubEnv('NODE_ENV', 'production')
  warnOnce('production', 'hidden')
  expect(warn).not.toHaveBeenCalled()
})

it('warns in a page that has no process', () => {
  vi.stubGlobal('process', undefined)
  warnOnce('page', 'shown')
  expect(warn).toHaveBeenCalledWith('shown')
})
