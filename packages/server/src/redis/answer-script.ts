/**
 * The one script that reads and writes answers. So each step is atomic, and its time is that of Redis.
 *
 * An answer is a stream, whose entries have the ids that readers see, and a hash: `owner`, `epoch`, `until` (end of the lease, ms), `expire` (ms),
 * `stop`, and `end`, which is `owner` or `lease` once the last message is in the stream. Both are written, expire and are lost together. If they are
 * not, a number is missing in the stream, which the producer fills.
 *
 * KEYS: stream, hash. ARGV: the command, then its arguments.
 */
export const ANSWER_SCRIPT = `
local stream, hash, command = KEYS[1], KEYS[2], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = redis.call('HMGET', hash, 'owner', 'epoch', 'until', 'expire', 'stop', 'end')
local owner, epoch, lease_until, expire, stop, ended = unpack(claim)

local function last()
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  return newest and tonumber(string.match(newest[1], '%d+$')) or 0
end
local function add(n, event, data)
  local id = epoch .. '-' .. string.format('%.0f', n)
  if event == '' then redis.call('XADD', stream, id, 'd', data)
  else redis.call('XADD', stream, id, 'd', data, 'e', event) end
end
local function touch()
  redis.call('PEXPIRE', hash, expire)
  redis.call('PEXPIRE', stream, expire)
end

if command == 'claim' then
  if owner then return owner == ARGV[2] and 1 or 0 end
  -- Left of an answer that has expired.
  local left = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  if left and string.match(left[1], '^%d+') ~= ARGV[3] then redis.call('DEL', stream) end
  expire = ARGV[5]
  redis.call('HSET', hash, 'owner', ARGV[2], 'epoch', ARGV[3], 'until', string.format('%.0f', now + ARGV[4]), 'expire', expire)
  touch()
  return 1
end

if command == 'write' then
  if not owner then return { 'unknown', 0 } end
  if owner ~= ARGV[2] then return { 'refused', 0 } end
  if ended then
    if ended == 'owner' then return { 'ended', last() } end
    return { 'refused', 0 }
  end
  if now >= tonumber(lease_until) then return { 'refused', 0 } end
  local n, number, end_event = last(), tonumber(ARGV[4]), ARGV[5]
  for i = 6, #ARGV, 2 do
    if number == n + 1 then
      add(number, ARGV[i], ARGV[i + 1])
      n = number
      if ARGV[i] == end_event then ended = 'owner' end
    end
    number = number + 1
  end
  redis.call('HSET', hash, 'until', string.format('%.0f', now + ARGV[3]))
  if ended then redis.call('HSET', hash, 'end', ended) end
  touch()
  return { ended and 'ended' or stop and 'stopping' or 'running', n }
end

if command == 'stop' then
  if not owner or ended or now >= tonumber(lease_until) then return 0 end
  redis.call('HSET', hash, 'stop', 1)
  return 1
end

if not owner then return false end
if not ended and now >= tonumber(lease_until) then
  ended = 'lease'
  add(last() + 1, ARGV[4], ARGV[5])
  redis.call('HSET', hash, 'end', ended)
  touch()
end
local entries = redis.call('XRANGE', stream, '(' .. ARGV[2], '+', 'COUNT', ARGV[3])
local head = epoch .. '-' .. string.format('%.0f', last())
return { head, entries, ended and 1 or 0, string.format('%.0f', lease_until - now) }
`
