#!lua
-- Keeps the latest risk of each wearer: one that is older by event time than what is known changes nothing.
--
-- KEYS  1 wearers by level and time, 2 wearers by when their risk goes; then the hash of each wearer
-- ARGV  1 ms for which a risk is kept; then for each wearer: name, time, level, score, body (JSON)
-- Gives how many were written.

local HEAD_KEYS, HEAD_ARGS, PER_RISK_ARGS = 2, 1, 5
local ranked, kept, keep_ms = KEYS[1], KEYS[2], tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = math.floor(tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000)

local function keep(hash, wearer, time, level, score, body)
  local known = redis.call('HGET', hash, 'time')
  if known and tonumber(time) < tonumber(known) then
    return 0
  end
  redis.call('HSET', hash, 'time', time, 'level', level, 'body', body)
  redis.call('PEXPIRE', hash, keep_ms)
  redis.call('ZADD', ranked, score, wearer)
  redis.call('ZADD', kept, string.format('%.0f', now + keep_ms), wearer)
  return 1
end

local written = 0
for i = 0, #KEYS - HEAD_KEYS - 1 do
  local a = HEAD_ARGS + i * PER_RISK_ARGS
  written = written + keep(KEYS[HEAD_KEYS + 1 + i], unpack(ARGV, a + 1, a + PER_RISK_ARGS))
end

for _, wearer in ipairs(redis.call('ZRANGEBYSCORE', kept, '-inf', string.format('%.0f', now), 'LIMIT', 0, 100)) do
  redis.call('ZREM', ranked, wearer)
  redis.call('ZREM', kept, wearer)
end
return written
