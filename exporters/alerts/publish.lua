#!lua
-- Publishes revisions of alerts, in the order given; each (alert, revision) at most once.
--
-- KEYS  1 stream, 2..5 active sets of high, medium, low, info; then for each alert: hash, wearer's active set
-- ARGV  1 channel of the hint, 2 age in ms at which stream entries are trimmed,
--       3 ms for which a resolved alert's hash is kept;
--       then for each alert: id, revision, priority, status, wearer, condition, onset, body (JSON)
-- Gives one answer for each alert: its stream id, or '' when this or a newer revision was known.
--
-- A whole batch is one script, so that a reader never sees a part of it, and a server that is out of
-- memory refuses all of it before the first write (the #! line asks for that): an earlier revision
-- can't fail while a later one of the same batch gets in.
--
-- A revision older than the stored one is dropped from the stream too. Every revision tells the whole
-- alert, so a reader that takes the last entry it saw for the truth is always right: the revisions
-- of one alert only ever rise in the stream.
--
-- Stream ids are the server's (`*`): they rise even when its clock is set back.

local PER_ALERT_KEYS, PER_ALERT_ARGS = 2, 8
local active = {high = KEYS[2], medium = KEYS[3], low = KEYS[4], info = KEYS[5]}
local channel, trim_ms, keep_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local function index(hash, wearer_set, id, priority, status, onset)
  local before = redis.call('HGET', hash, 'priority')
  if before and active[before] then
    redis.call('ZREM', active[before], id)
  end
  if status == 'resolved' then
    redis.call('ZREM', wearer_set, id)
  else
    redis.call('ZADD', active[priority], onset, id)
    redis.call('ZADD', wearer_set, onset, id)
  end
end

local function publish(hash, wearer_set, id, revision, priority, status, wearer, condition, onset, body)
  local known = tonumber(redis.call('HGET', hash, 'revision') or '0')
  if tonumber(revision) <= known then
    return ''
  end
  local entry = redis.call('XADD', KEYS[1], '*', 'id', id, 'revision', revision, 'priority', priority,
    'status', status, 'wearer', wearer, 'condition', condition, 'body', body)
  -- Before the hash changes: the index needs the priority of the revision that it replaces.
  index(hash, wearer_set, id, priority, status, onset)
  redis.call('HSET', hash, 'revision', revision, 'priority', priority, 'status', status, 'wearer', wearer,
    'condition', condition, 'onset', onset, 'stream_id', entry, 'body', body)
  if status == 'resolved' then
    redis.call('PEXPIRE', hash, keep_ms)
  else
    redis.call('PERSIST', hash)
  end
  return entry
end

local answers, newest = {}, nil
for i = 0, (#KEYS - 5) / PER_ALERT_KEYS - 1 do
  local k, a = 5 + i * PER_ALERT_KEYS, 3 + i * PER_ALERT_ARGS
  local entry = publish(KEYS[k + 1], KEYS[k + 2], unpack(ARGV, a + 1, a + PER_ALERT_ARGS))
  answers[#answers + 1] = entry
  if entry ~= '' then
    newest = entry
  end
end

if newest then
  local now = redis.call('TIME')
  local oldest = math.floor(tonumber(now[1]) * 1000 + tonumber(now[2]) / 1000) - trim_ms
  -- `~`: whole blocks of the stream only, which is cheap; entries may live a little longer.
  redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f-0', math.max(oldest, 0)))
  redis.call('PUBLISH', channel, newest)
end
return answers
