#!/usr/bin/env node
// node scripts/mutate.mjs [word]: breaks the sources on purpose, one place at a time, and tells whether a test noticed.
// Each breakage is a mistake that somebody could make. It happens in throw-away clones, so that the work tree stays as it is.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [only] = process.argv.slice(2)

/** Breakages of one file: the reason, what is looked for, and what takes its place. */
const group = (file, tests, ...changes) =>
  changes.map(([reason, from, to]) => ({
    file: `packages/${file}`,
    tests: tests.split(' '),
    reason,
    from,
    to,
  }))

/** The connection's tests that take no time of their own. */
const connection = `--project=core ${'close headers outcome page redirect resume retry silence'
  .split(' ')
  .map((name) => `packages/core/test/connection/${name}.test.ts`)
  .join(' ')}`

/** The drop-in EventSource's tests that need no browser. */
const dropIns =
  '--project=compat packages/compat/test/attempt.test.ts packages/compat/test/event-source.test.ts packages/compat/test/platform/platform.test.ts'

const breakages = [
  ...group(
    'core/src/machine.ts',
    '--project=core packages/core/test/machine.test.ts packages/core/test/connection/retry.test.ts packages/core/test/connection/silence.test.ts packages/core/test/connection/page.test.ts packages/core/test/connection/headers.test.ts packages/core/test/connection/outcome.test.ts packages/core/test/event-stream/contract.test.ts',
    [
      'an attempt that is over is still listened to',
      'return input.generation === machine.generation',
      'return true',
    ],
    ['a socket that is given up is not closed', 'if (anew && holdsSocket(before))', 'if (false)'],
    ['a timer is never taken back', "? { type: 'unschedule' }", "? { type: 'listen' }"],
    [
      'opening what is open begins anew',
      "if (input.type === 'open') return !holdsSocket(machine)",
      "if (input.type === 'open') return true",
    ],
    [
      'one good response forgets the failures before it',
      'const { leftAt } = machine\n',
      'const { leftAt } = machine\n      machine.failures = 0\n',
    ],
    ['a message does not prove health', 'machine.failures = 0\n        machine.cause', 'machine.cause'],
    [
      'the patience that the server asked for is forgotten',
      'machine.notBefore = at + (cause.retryAfterMs ?? 0)',
      'machine.notBefore = 0',
    ],
    [
      'a POST is given up for the page, and lost',
      'if (holdsSocket(machine) && !policy.repeats(resumable))',
      'if (false)',
    ],
    [
      'refreshed headers are refreshed for ever',
      "machine.refreshed = verdict === 'refresh'",
      'machine.refreshed = false',
    ],
    [
      'a stream that failed is tried again',
      'const state: ConnectionState = cause\n',
      'if (cause) return lose(machine, cause, input, policy)\n      const state: ConnectionState = cause\n',
    ],
    ['silence is not noticed', 'machine.patienceMs ?? silenceLimit(machine, policy)', 'Infinity'],
  ),
  ...group(
    'core/src/connection.ts',
    '--project=core packages/core/test/connection/close.test.ts packages/core/test/connection/outcome.test.ts packages/core/test/connection/page.test.ts packages/core/test/connection/resume.test.ts packages/core/test/event-stream',
    [
      'inputs run into each other',
      'if (inbox.push(occurrence) > 1) return',
      'if (inbox.push(occurrence) > 99) return',
    ],
    ['what is closed goes on delivering', "case 'disconnect':\n        parser.close()", "case 'disconnect':"],
    ['the socket is not aborted', 'return controller?.abort()', 'return'],
    [
      'an answer that comes too late is taken for this one',
      '// Another attempt may have begun while this one was on its way.\n      if (signal.aborted) return',
      '',
    ],
    ['a slow reader does not slow the reading', 'await hold\n', ''],
    [
      'options are asked for once',
      'const { headers } = options()',
      'const { headers } = (resolveHeaders.once ??= options())',
    ],
    [
      'the listeners on the page are kept',
      "case 'unlisten':\n        return unlisten?.()",
      "case 'unlisten':\n        return",
    ],
  ),
  ...group(
    'core/src/parser.ts',
    '--project=core packages/core/test/parser/property.test.ts packages/core/test/parser/limits.test.ts packages/core/test/parser/callbacks.test.ts packages/core/test/parser/clauses.test.ts',
    ['the LF of a CRLF that was cut is a line', 'if (start === length) skip = LF', 'if (false) skip = LF'],
    ['a cut character is decoded by halves', 'if (!(bytes[end]! > 0xbf)) end = total', 'end = total'],
    ['an id may have NULL in it', 'if (nul > end)', 'if (nul !== end)'],
    ['what earlier chunks brought is lost', 'data: head + blockData', 'data: blockData'],
    ['what a callback closed goes on', 'return epoch !== current', 'return false'],
    ['the limit forgets the lines before', 'check(blockBytes + bytesOf', 'check(bytesOf'],
    ['an unfinished id is committed', 'let blockId = id\n', 'let blockId = (seen.id = id)\n'],
  ),
  ...group(
    'core/src/machine.ts',
    connection,
    ['a clock that is set back makes waits longer', 'at: Math.max(given.at, before.wakeAt)', 'at: given.at'],
    ['a greeting is taken for heartbeats', 'if (gapMs >= HEARTBEAT_MS)', 'if (gapMs >= 0)'],
    [
      'the last gap between heartbeats counts, not the longest',
      'Math.max(machine.longestGapMs, gapMs)',
      'gapMs',
    ],
    [
      'who dies early and late in turns is asked as if well',
      'if (lastedMs < BRIEF_MS) machine.brief++',
      'machine.brief = lastedMs < BRIEF_MS ? machine.brief + 1 : 0',
    ],
    [
      'a slow reader is taken for a silent server',
      'machine.patienceMs = input.held ? Infinity : undefined',
      'machine.patienceMs = undefined',
    ],
    ['sleep is not noticed', 'at - machine.wakeAt <= JUMP_MS', 'true'],
  ),
  ...group(
    'core/src/retry.ts',
    connection,
    ['chance undercuts the wish of the server', 'jitter * JITTER * delayMs', '-jitter * delayMs'],
    ['what the server wishes has no bounds', 'Math.min(Math.max(retryMs, 200), 300_000)', 'retryMs'],
    ['a rule of one’s own undercuts Retry-After', 'floorMs, retryAfterMs)', 'floorMs)'],
    ['a rule of one’s own makes a hot loop', ': attempt > 1 ? 200 : 0', ': 0'],
    [
      'a POST is sent again',
      "if (!repeats(resumable)) return cause.code === 'ended' ? 'ended' : 'failed'",
      '',
    ],
    ['a captive portal is the end', "return state.status === 'open' || leftAt !== undefined", 'return false'],
  ),
  ...group(
    'core/src/transport.ts',
    connection,
    ['a redirect takes a key along', "redirect: follows ? 'follow' : 'manual'", "redirect: 'follow'"],
    ['a redirect takes a body along', 'const harmless = body == null && ', 'const harmless = '],
    ['an id crosses as Latin-1', 'utf8(lastEventId)', 'lastEventId'],
    [
      'any content type with the words in it will do',
      '/^\\s*text\\/event-stream\\s*(;|$)/i',
      '/text\\/event-stream/i',
    ],
    ['the body of a refusal is read for ever', 'clock.timer(giveUp, EXCERPT_MS)', '() => undefined'],
    ['a body that nobody reads is kept', "signal.addEventListener('abort', cancel)", ''],
  ),
  ...group(
    'core/src/connection.ts',
    connection,
    ['each stream refreshes for itself', 'if (!refresh || refresh === known)', 'if (headers)'],
    [
      'a refresh under way counts as one that is over',
      'known = answered.get(headers)',
      'known = asked.get(headers)',
    ],
    ['a signal that was aborted asks for options', 'await undefined\n      if (signal.aborted) return', ''],
    ['the store is not written', 'if (store && lastEventId !== kept)', 'if (false)'],
  ),
  ...group(
    'core/src/bind-event-stream.ts',
    '--project=core packages/core/test/event-stream',
    [
      'the snapshot is another one at each look',
      'getSnapshot: () => snapshot,',
      'getSnapshot: () => shot(),',
    ],
    [
      'views are told of each message',
      'if (cancelNotice) return\n',
      'if (cancelNotice) return\n    publish()\n',
    ],
    ['the last to leave closes nothing', 'if (--users > 0) return', 'if (--users >= 0) return'],
    ['a remount is not noticed in time', 'stay?.()\n    stay = undefined\n', ''],
    [
      'who has left is still called',
      'if (!message || stay) return undefined',
      'if (!message) return undefined',
    ],
    ['who closes is not the last to see the message', "if (snapshot.status !== 'open') return undefined", ''],
    [
      'what another stream asks for is sent to this one',
      'allowed() ? (last = read()) : last',
      'allowed() ? (last = read()) : read()',
    ],
    ['a late comer begins with nothing', 'if (joined.last && folding.wantsLast) take(joined.last)', ''],
    ['a message that does not fit is not counted', 'invalid++', 'void invalid'],
    ['each message that does not fit is reported', '!onInvalid && invalid === 1', '!onInvalid'],
    ["'fail' does not end the stream", "=== 'fail') source?.fail(error)", "=== 'fail') void error"],
    ['select is not asked', 'first.select ? narrow', 'false ? narrow'],
    ['the scope keeps what is over', 'scope.delete(identity)', 'void 0'],
  ),
  ...group(
    'core/src/decode.ts',
    '--project=core packages/core/test/event-stream/events.test.ts',
    ['a name that every object has is taken for a schema', 'Object.hasOwn(schemas, type)', 'type in schemas'],
    ['a promise is taken for an answer', "if ('then' in finding)", 'if (false)'],
    ['what a schema changes is lost', 'data: finding.value', 'data: JSON.parse(message.data)'],
    [
      'what is not named is delivered',
      'if (name === undefined) return undefined',
      'if (!name) return message',
    ],
  ),
  ...group(
    'core/src/fold.ts',
    '--project=core packages/core/test/event-stream/folds.test.ts packages/core/test/event-stream/contract.test.ts',
    ['what is shown goes on changing', 'new Map(state.map)', 'state.map'],
    ['another map is shown though nothing changed', 'state.shown ??= ', ''],
    ['what the server rendered is changed', '[...(initialData ?? [])]', '(initialData ?? []) as Each[]'],
    [
      'the oldest are shown',
      'view: (messages) => messages.slice(-limit)',
      'view: (messages) => messages.slice(0, limit)',
    ],
  ),
  ...group(
    'core/src/folding.ts',
    '--project=core packages/core/test/event-stream',
    ['a fold of another kind goes on with what is not its own', 'if (fold.kind !== kind)', 'if (false)'],
    ['each new fold begins anew', 'if (fold.kind !== kind)', 'if (true)'],
    ['the first fold is used for ever', 'if (newest.fold === asked) return', 'return'],
    ['the data is shown late', 'if (stale) guard(() => (shown = fold.view(state)))', 'void guard'],
    ['view runs though nothing came', 'stale = false\n      return', 'return'],
  ),
  ...group(
    'core/src/notice.ts',
    '--project=core packages/core/test/event-stream',
    ['a page that was hidden is never told', 'clock.timer(callback, LATE_FRAME_MS)', '() => undefined'],
    [
      'a notice is given although it was called off',
      'queueMicrotask(() => due && callback())',
      'queueMicrotask(callback)',
    ],
    ['a frame is left behind', 'cancelFrame()', ''],
  ),
  ...group(
    'core/src/narrow.ts',
    '--project=core packages/core/test/event-stream/notify.test.ts',
    ['a change of status does not wake', 'sameState(newest, shown) && ', ''],
    ['every message wakes', 'Object.is(select(newest.data), select(shown.data))', 'false'],
  ),
  ...group(
    'compat/src/stay-connected.ts',
    dropIns,
    [
      'what has failed for good comes back',
      "return status === undefined && code !== 'message-too-large'",
      'return true',
    ],
    ['the pause that the server asked for is not kept', '(retryMs ?? 3_000)', '3_000'],
    ['the origin is that of the first address', 'new URL(response.url || url)', 'new URL(url)'],
    [
      'a page that is kept for later holds its socket',
      "globalThis.addEventListener?.('pagehide', leave)",
      '',
    ],
    ['an offline browser tries all the same', 'if (waitForNetwork &&', 'if (false &&'],
    ['what is closed goes on delivering', '    parser.close()\n    end()', '    end()'],
    ['losses are counted on after a message', '      failures = 0\n', ''],
  ),
  ...group(
    'compat/src/attempt.ts',
    dropIns,
    ['silence is not noticed', 'if (silenceMs < Infinity) watch(silenceMs)', ''],
    ['a byte is no sign of life', '      byteAt = clock.now()\n      parser', '      parser'],
    ['a wait goes on after the end', '      unwatch?.()\n', ''],
  ),
  ...group('compat/src/server-message.ts', dropIns, [
    'a message is no MessageEvent',
    'Object.setPrototypeOf(Class.prototype, MessageEvent.prototype)',
    '',
  ]),
  ...group(
    'compat/src/fetch-event-source.ts',
    '--project=compat packages/compat/test/side-by-side',
    [
      'a POST is sent again for the page',
      "/^(get|head)$/i.test(method) || parser.lastEventId !== ''",
      'true',
    ],
    ['what onmessage throws is lost', '        fail(error)\n', ''],
    ['an abort is not heard', "signal?.addEventListener('abort', stop)", ''],
  ),
  ...group(
    'core/src/source.ts',
    '--project=core packages/core/test/event-stream/sharing.test.ts',
    ['each who leaves takes the connection along', 'if (members.length === 1) connection', 'connection'],
    [
      'the one who left speaks on',
      'members = members.filter((other) => other !== member)\n        ;[speaker = member] = members',
      'members = members.filter((other) => other !== member)',
    ],
    [
      'whose clock or fetch differ share all the same',
      'options.fetch === fetch && options.clock === clock',
      'true',
    ],
  ),
  ...group(
    'core/src/after-render.ts',
    '--project=svelte',
    ['who only looks opens the stream', 'if (!wanted) return', ''],
    [
      'a change between reading and subscribing is lost',
      'if (stream.getSnapshot() !== rendered) listener()',
      '',
    ],
  ),
  ...group('core/src/after-render.ts', '--project=core packages/core/test/event-stream/leaving.test.ts', [
    'a server connects',
    'let wanted = hasPage()',
    'let wanted = true',
  ]),
  ...group(
    'react/src/use-event-source.ts',
    '--project=react',
    [
      'callbacks are stale',
      'useInsertionEffect(() => void Object.assign(current.newest, newest))',
      'useInsertionEffect(() => {})',
    ],
    [
      'a render that is thrown away leaves its options',
      'useInsertionEffect(() => void Object.assign(current.newest, newest))',
      'Object.assign(current.newest, newest)',
    ],
    ['the old stream stays when the url changes', 'if (held.identity !== identity)', 'if (false)'],
    [
      'the scope is not asked for',
      'const scope = useContext(ScopeContext)',
      'const scope = (useContext(ScopeContext), new Map())',
    ],
  ),
  ...group(
    'react/src/use-event-stream.ts',
    '--project=react',
    [
      'the server shows what the client has',
      'stream.getSnapshot, stream.getServerSnapshot)',
      'stream.getSnapshot)',
    ],
    [
      'it subscribes although it is not wanted',
      'enabled ? stream.subscribe : stream.watch',
      'enabled ? stream.subscribe : stream.subscribe',
    ],
  ),
  ...group(
    'vue/src/use-event-stream.ts',
    '--project=vue',
    ['nothing is re-read after subscribing', '    tell()\n', ''],
    [
      'nothing is cleaned up',
      'if (isPresent) onCleanup(join(from, wanted))',
      'if (isPresent) join(from, wanted)',
    ],
    ['it connects while it renders', 'if (isPresent) onCleanup', 'onCleanup'],
    ['what hydrates shows what is live', 'news.value || !hydrates ?', 'true ?'],
  ),
  ...group(
    'vue/src/use-sse.ts',
    '--project=vue',
    [
      'options are read once',
      '() => toValue(options),\n      scope',
      '((once) => () => once)(toValue(options)),\n      scope',
    ],
    ['the old data is seen under the new url', "{ flush: 'sync' }", "{ flush: 'post' }"],
    ['headers for the new server go to the old one', '() => identity.value === asked', '() => true'],
  ),
  ...group(
    'vue/src/presence.ts',
    '--project=vue',
    ['what KeepAlive has put aside stays connected', 'onDeactivated(set(false))', ''],
    ['a store is left with the component that made it', 'instance?.scope === getCurrentScope() ?', 'true ?'],
  ),
  ...group(
    'svelte/src/follow.ts',
    '--project=svelte',
    ['options are stale', 'Object.assign(last.asked, { url, options })', ''],
    ['another url shows the old stream', 'if (last?.identity === identity)', 'if (last)'],
    ['data is lost at each change of the options', 'if (last?.identity === identity)', 'if (!last)'],
    ['headers for the new server go to the old one', '() => held[0]?.asked === asked', '() => true'],
  ),
  ...group(
    'svelte/src/to-store.ts',
    '--project=svelte',
    ['nothing is shown before the first change', '  tell()\n', ''],
    [
      'nothing is cleaned up',
      'return enabled ? subscribeAfterRender(stream, tell) : stream.watch(tell)',
      'if (enabled) subscribeAfterRender(stream, tell)\n  return () => {}',
    ],
  ),
  ...group(
    'svelte/src/runes.ts',
    '--project=svelte',
    ['nobody is told', 'subscribeAfterRender(stream, update)', 'subscribeAfterRender(stream, () => {})'],
    ['it is left open although it is not wanted', 'if (enabled) join()\n    else watch()', 'join()'],
  ),
  ...group(
    'solid/src/from-event-stream.ts',
    '--project=solid',
    [
      'nothing is re-read after subscribing',
      'onCleanup(untrack(() => join(tell)))\n    tell()',
      'onCleanup(untrack(() => join(tell)))',
    ],
    ['nothing is cleaned up', 'onCleanup(untrack(() => join(tell)))', 'untrack(() => join(tell))'],
    [
      'reading the data runs again for the status',
      'get: createMemo(() => (snapshot() as { [key: string]: unknown })[key])',
      'get: () => (snapshot() as { [key: string]: unknown })[key]',
    ],
    ['what hydrates shows what is live', 'news() || !hydrates', 'news() || true'],
  ),
  ...group(
    'solid/src/create-event-source.ts',
    '--project=solid',
    [
      'each change of the options makes another stream',
      'createMemo(() => identify(urlNow(), optionsNow()))',
      'createMemo(() => identify(urlNow(), optionsNow()) + JSON.stringify(optionsNow()))',
    ],
    ['options are read once', '() => untrack(optionsNow),', '((once) => () => once)(untrack(optionsNow)),'],
    ['headers for the new server go to the old one', '() => untrack(identity) === asked', '() => true'],
  ),
]

const chosen = breakages.filter(({ file, reason }) => !only || `${file} ${reason}`.includes(only))

function makeClone() {
  const clone = mkdtempSync(join(tmpdir(), 'headwater-mutate-'))
  for (const [command, ...args] of [
    ['git', 'clone', '--quiet', '--local', root, clone],
    [
      'pnpm',
      '--dir',
      clone,
      'install',
      '--frozen-lockfile',
      '--prefer-offline',
      '--ignore-scripts',
      '--silent',
    ],
  ]) {
    const { status } = spawnSync(command, args, { stdio: 'inherit' })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}`)
  }
  return clone
}

/** Whether the tests concerned pass in a clone. */
function passes(clone, tests) {
  return new Promise((resolve) => {
    const child = spawn('pnpm', ['exec', 'vitest', 'run', '--bail=1', '--reporter=dot', ...tests], {
      cwd: clone,
      stdio: 'ignore',
      // A breakage may well be one that never comes to an end.
      timeout: 120_000,
    })
    child.on('close', (code) => resolve(code === 0))
  })
}

async function judge(clone, { file, tests, from, to }) {
  const path = join(clone, file)
  const source = readFileSync(path, 'utf8')
  if (!source.includes(from)) return 'not found'
  writeFileSync(
    path,
    source.replace(from, () => to),
  )
  const survived = await passes(clone, tests)
  writeFileSync(path, source)
  return survived ? 'SURVIVED' : 'noticed'
}

const start = Date.now()
const clones = Array.from({ length: Math.min(2, availableParallelism()) }, makeClone)
const verdicts = new Map()
try {
  // What is red before anything is broken would notice everything.
  const suites = [...new Set(chosen.map(({ tests }) => tests.join(' ')))]
  const work = [
    ...suites.map((tests) => async (clone) => {
      if (!(await passes(clone, tests.split(' ')))) verdicts.set(tests, 'red before anything is broken')
    }),
    ...chosen.map((breakage) => async (clone) => {
      const verdict = await judge(clone, breakage)
      verdicts.set(breakage, verdict)
      console.log(
        `${verdict === 'noticed' ? '✔' : '✖'} ${verdict.padEnd(9)} ${breakage.file.slice(9).padEnd(32)} ${breakage.reason}`,
      )
    }),
  ]
  await Promise.all(
    clones.map(async (clone) => {
      for (let task = work.shift(); task; task = work.shift()) await task(clone)
    }),
  )
} finally {
  for (const clone of clones) rmSync(clone, { recursive: true, force: true })
}
const bad = [...verdicts].filter(([, verdict]) => verdict !== 'noticed')
for (const [what, verdict] of bad)
  console.log(`✖ ${typeof what === 'string' ? what : what.reason}: ${verdict}`)
const noticed = chosen.filter((breakage) => verdicts.get(breakage) === 'noticed').length
const seconds = Math.round((Date.now() - start) / 1_000)
console.log(`\nmutate: ${noticed} of ${chosen.length} breakages noticed, ${bad.length} failed, ${seconds} s`)
process.exitCode = bad.length === 0 && chosen.length > 0 ? 0 : 1
