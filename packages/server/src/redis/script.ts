/**
 * The one script that reads and writes the stream of a log.
 *
 * The current epoch and the `run_id` of the server that began it are kept in the name of a consumer group of the stream, `headwater:<epoch>:<run_id>`. So they
 * are written, copied, trimmed (never) and lost together with the messages. Each call compares them with the server that runs it, and begins a new
 * epoch if they differ: Redis was restarted or failed over, so acknowledged messages may be missing. The same if the stream is gone.
 *
 * Group and last id are set without an entry. So readers see nothing but messages, and `<epoch>-*` gives 1 to the first one.
 *
 * KEYS: stream, and for an append with a dedupe key, its key. ARGV: the command, the newest epoch that the caller has seen, the time after which an
 * unused stream is deleted (ms, or 0), then the arguments of the command.
 */
export const SCRIPT = `
local key = KEYS[1]
local function last_id()
  local info = redis.call('XINFO', 'STREAM', key)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return info[i + 1] end
  end
end
local function touch()
  if ARGV[3] ~= '0' then redis.call('PEXPIRE', key, ARGV[3]) end
end

local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if not run then return redis.error_reply('HEADWATER INFO server has no run_id') end
local epoch, owner, old
local last = 0
if redis.call('EXISTS', key) == 1 then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    local e, r = string.match(group[2], '^headwater:(%d+):(%w+)$')
    if e then epoch, owner, old = e, r, group[2] end
  end
end
if owner ~= run or tonumber(ARGV[2]) > tonumber(epoch) then
  if redis.call('EXISTS', key) == 1 then last = tonumber(string.match(last_id(), '^%d+')) end
  local now = redis.call('TIME')
  -- Microseconds, so that a stream that is deleted and created again at once gets another epoch, also by another process.
  local us = now[1] * 1000000 + now[2]
  epoch = string.format('%.0f', math.max(us, last + 1, ARGV[2] + 1))
  if old then redis.call('XGROUP', 'DESTROY', key, old) end
  redis.call('XGROUP', 'CREATE', key, 'headwater:' .. epoch .. ':' .. run, '0', 'MKSTREAM')
  redis.call('XSETID', key, epoch .. '-0')
  touch()
end

if ARGV[1] == 'append' then
  local max, dedupe_ms = ARGV[4], ARGV[5]
  if KEYS[2] then
    local known = redis.call('GET', KEYS[2])
    if known then
      local e, n, count = string.match(known, '^(%d+)-(%d+) (%d+)$')
      local newest = e .. '-' .. string.format('%.0f', n + count - 1)
      -- A message of an older epoch may have been lost. Then it is appended again.
      if e == epoch or #redis.call('XRANGE', key, newest, newest) == 1 then
        return { e .. '-' .. n, tonumber(count) }
      end
    end
  end
  local first, count = nil, 0
  for i = 6, #ARGV, 3 do
    local fields = { 'd', ARGV[i + 1] }
    if ARGV[i] ~= '' then fields[3], fields[4] = 'e', ARGV[i] end
    if ARGV[i + 2] ~= '' then fields[#fields + 1], fields[#fields + 2] = 'x', ARGV[i + 2] end
    local id = redis.call('XADD', key, 'NOMKSTREAM', 'MAXLEN', '~', max, epoch .. '-*', unpack(fields))
    first = first or id
    count = count + 1
  end
  if KEYS[2] and first then redis.call('SET', KEYS[2], first .. ' ' .. count, 'PX', dedupe_ms) end
  touch()
  return { first or '', count }
end

if ARGV[1] == 'start' then
  local oldest = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
  if not oldest then return last_id() end
  local e, n = string.match(oldest[1], '^(%d+)-(%d+)$')
  return e .. '-' .. string.format('%.0f', n - 1)
end

if ARGV[1] == 'head' then return last_id() end

local entries = redis.call('XRANGE', key, '(' .. ARGV[4], '+', 'COUNT', ARGV[5])
local newest = entries[#entries]
-- XINFO copies two messages: only where the page does not show the head.
if newest and #entries < tonumber(ARGV[5]) and string.match(newest[1], '^%d+') == epoch then
  return { newest[1], entries }
end
return { last_id(), entries }
`
