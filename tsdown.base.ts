import type { UserConfig } from 'tsdown'

/**
 * Returns the build of a published package: one ES module for each entry, with types.
 *
 * The package ships its sources once, in `src`. All maps lead there, so "go to definition" and a debugger show the sources.
 *
 * tsdown writes `exports`, `main` and `types` of package.json, and what they become when the package is published. In this
 * repository, the condition `@headwater/source` leads to the sources.
 */
export const library = (entry: NonNullable<UserConfig['entry']>, options?: UserConfig): UserConfig => ({
  entry,
  format: ['esm'],
  platform: 'neutral',
  target: 'es2022',
  dts: { sourcemap: true, generator: 'oxc' },
  sourcemap: true,
  // Names stay, for stack traces. The compressor finds what the minifiers of users do not: 130 bytes of core, compressed.
  minify: { compress: true, mangle: false, codegen: false },
  fixedExtension: false,
  exports: { devExports: '@headwater/source', legacy: true },
  outputOptions: { sourcemapExcludeSources: true },
  ...options,
})
