// Size limits, minified and gzipped, of what users import. Each entry of a published package needs one; otherwise this file throws.
import frameworks from './frameworks.json' with { type: 'json' }
import { entriesOf, publishedPackages } from './scripts/published.mjs'

const CORE = '@headwater/core'

/** Limits by entry: the name of the measurement, the import and the limit. `without core` leaves core out of the measurement. */
const limits = {
  '@headwater/core': [
    ['createEventStream', '{ createEventStream }', '13.9 kB'],
    ['everything', '*', '14.7 kB'],
  ],
  '@headwater/core/parser': [
    ['createParser', '{ createParser }', '2.8 kB'],
    ['everything', '*', '2.95 kB'],
  ],
  '@headwater/core/transport': [['everything', '*', '2.1 kB']],
  '@headwater/core/tabs': [
    [
      'acrossTabs, createEventStream, including core',
      {
        'packages/core/dist/index.js': '{ createEventStream }',
        'packages/core/dist/tabs/index.js': '{ acrossTabs }',
      },
      '18 kB',
    ],
  ],
  '@headwater/core/testing': [['everything', '*', '1.45 kB']],
  '@headwater/core/llm': [
    ['chatRequest, openai', '{ chatRequest, openai }', '4.25 kB'],
    ['openai', '{ openai }', '4.12 kB'],
    ['anthropic', '{ anthropic }', '2.75 kB'],
    ['gemini', '{ gemini }', '3.9 kB'],
    ['cohere', '{ cohere }', '2.35 kB'],
    ['uiMessageStream', '{ uiMessageStream }', '2.92 kB'],
    ['answer', '{ answer }', '7.7 kB'],
    ['appendAnswer', '{ appendAnswer }', '1.75 kB'],
    ['partialJson', '{ partialJson }', '0.4 kB'],
    ['resumeFrom', '{ resumeFrom }', '3.45 kB'],
    ['everything', '*', '12.75 kB'],
  ],
  '@headwater/compat/event-source': [['EventSource, including core', '{ EventSource }', '6.6 kB']],
  '@headwater/compat/event-source-polyfill': [
    ['EventSourcePolyfill, including core', '{ EventSourcePolyfill }', '6.9 kB'],
  ],
  '@headwater/compat/fetch-event-source': [
    ['fetchEventSource, including core', '{ fetchEventSource }', '5.45 kB'],
    ['without core', '{ fetchEventSource }', '1.35 kB'],
  ],
  '@headwater/server': [
    ['createChannel, memoryLog', '{ createChannel, memoryLog }', '6.6 kB'],
    ['everything', '*', '7.1 kB'],
  ],
  '@headwater/server/answers': [
    ['createAnswers, memoryAnswers', '{ createAnswers, memoryAnswers }', '9.2 kB'],
  ],
  '@headwater/server/redis': [
    ['redisLog', '{ redisLog }', '4.5 kB'],
    ['redisAnswers', '{ redisAnswers }', '4.2 kB'],
  ],
  '@headwater/server/sqlite': [
    ['sqliteLog', '{ sqliteLog }', '3.5 kB'],
    ['sqliteAnswers', '{ sqliteAnswers }', '3.5 kB'],
  ],
  '@headwater/server/testing': [['everything', '*', '4.3 kB']],
  '@headwater/compat': [['everything, including core', '*', '7.65 kB']],
}

/**
 * Limits of a binding's entry: it adds at most 1 kB to core, its `/llm` at most 0.25 kB, `/native` 0.35 kB, `/tabs` 0.25 kB,
 * `/testing` 0.4 kB.
 */
const ofBinding = (entry) => {
  const { [entry.split('/').at(-1)]: limit = '1 kB' } = {
    llm: '0.25 kB',
    native: '0.35 kB',
    tabs: '0.25 kB',
    testing: '0.4 kB',
  }
  return [['without core', '*', limit]]
}

/** Core first, then the bindings in the order of frameworks.json, then the rest. */
const order = ['core', ...frameworks.map(({ name }) => name), 'compat', 'server']
const entries = publishedPackages()
  .flatMap(entriesOf)
  .toSorted((one, other) => order.indexOf(one.package) - order.indexOf(other.package))

export default entries.flatMap(({ name, package: folder, file }) => {
  const framework = frameworks.find((each) => each.name === folder)
  const rows = framework ? ofBinding(name) : limits[name]
  if (!rows) throw new Error(`${name} has no size limit. Add one to .size-limit.mjs.`)
  return rows.map(([what, imports, limit]) => ({
    name: `${name}: ${what}`,
    path: `packages/${folder}/${file}`,
    import: imports,
    limit,
    gzip: true,
    ...(what === 'without core' && { ignore: [CORE, ...(framework ? [framework.npm] : [])] }),
  }))
})
