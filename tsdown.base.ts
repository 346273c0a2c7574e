import type { UserConfig } from 'tsdown'

/**
 * How every published package is built: one module for each entry, with types. The sources go along into `dist/src`, and all
 * maps lead there, so that "go to definition" and a debugger show what was written.
 */
export const library = (...entry: string[]): UserConfig => ({
  entry,
  format: ['esm'],
  platform: 'neutral',
  target: 'es2022',
  dts: { sourcemap: true, generator: 'oxc' },
  sourcemap: true,
  fixedExtension: false,
  copy: ['src'],
  outputOptions: { sourcemapPathTransform: (path) => path.replace(/\.\.\/(?=src\/)/, '') },
})
