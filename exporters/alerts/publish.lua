#!lua
-- Publishes revisions of alerts, in the order given; each (alert, revision) at most once.
--
-- KEYS  1 stream, 2..5 active sets of high, medium, low, info, 6 silences, 7 silences kept, 8 newest id;
--       then for each alert: hash, wearer's active set, life
-- ARGV  1 channel of the hint, 2 age in ms at which stream entries are trimmed,
--       3 ms for which a resolved alert's hash is kept, 4 entries of a life that are kept;
--       then for each alert: id, revision, priority, status, wearer, condition, onset, updated,
--       end of its snooze (0 = none), body (JSON)
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
-- Stream ids are the server's (`*`): they rise even when its clock is set back. Each entry names the id
-- before it (`previous`): a reader that stood elsewhere knows that something between was trimmed.

local HEAD_KEYS, HEAD_ARGS, PER_ALERT_KEYS, PER_ALERT_ARGS = 8, 4, 3, 10
local stream, silences, silences_kept, newest_key = KEYS[1], KEYS[6], KEYS[7], KEYS[8]
local active = {high = KEYS[2], medium = KEYS[3], low = KEYS[4], info = KEYS[5]}
local channel, trim_ms, keep_ms, life_most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local clock = redis.call('TIME')
local now = math.floor(tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000)
local newest = nil

local function whole(number)
  return string.format('%.0f', number)
end

-- The id of the newest entry; '0-0' in a server without any (a consumer group can have made an empty stream),
-- '' where a version wrote that did not note it.
local function predecessor()
  return redis.call('GET', newest_key) or (redis.call('XLEN', stream) > 0 and '' or '0-0')
end

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

-- A snooze can outlast its alert. Gives for how many ms longer the alert has to be kept because of it.
local function silence(id, status, updated, ends)
  local left = tonumber(ends) - tonumber(updated)
  local over = status == 'resolved'
  if ends == '0' or (over and left <= 0) then
    redis.call('ZREM', silences, id)
    redis.call('ZREM', silences_kept, id)
    return 0
  end
  redis.call('ZADD', silences, ends, id)
  if not over then
    redis.call('ZREM', silences_kept, id)
    return 0
  end
  redis.call('ZADD', silences_kept, whole(now + keep_ms + left), id)
  return left
end

local function publish(hash, wearer_set, life, id, revision, priority, status, wearer, condition, onset, updated,
    ends, body)
  local known = tonumber(redis.call('HGET', hash, 'revision') or '0')
  if tonumber(revision) <= known then
    return ''
  end
  newest = newest or predecessor()
  local entry = redis.call('XADD', stream, '*', 'id', id, 'revision', revision, 'priority', priority,
    'status', status, 'wearer', wearer, 'condition', condition, 'previous', newest, 'body', body)
  newest = entry
  -- Before the hash changes: the index needs the priority of the revision that it replaces.
  index(hash, wearer_set, id, priority, status, onset)
  local longer = silence(id, status, updated, ends)
  redis.call('HSET', hash, 'revision', revision, 'priority', priority, 'status', status, 'wearer', wearer,
    'condition', condition, 'onset', onset, 'stream_id', entry, 'body', body)
  redis.call('RPUSH', life, entry)
  redis.call('LTRIM', life, -life_most, -1)
  for _, key in ipairs({hash, life}) do
    if status == 'resolved' then
      redis.call('PEXPIRE', key, whole(keep_ms + longer))
    else
      redis.call('PERSIST', key)
    end
  end
  return entry
end

local answers = {}
for i = 0, (#KEYS - HEAD_KEYS) / PER_ALERT_KEYS - 1 do
  local k, a = HEAD_KEYS + i * PER_ALERT_KEYS, HEAD_ARGS + i * PER_ALERT_ARGS
  answers[i + 1] = publish(KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], unpack(ARGV, a + 1, a + PER_ALERT_ARGS))
end

if newest then
  redis.call('SET', newest_key, newest)
  -- `~`: whole blocks of the stream only, which is cheap; entries may live a little longer.
  redis.call('XTRIM', stream, 'MINID', '~', whole(math.max(now - trim_ms, 0)) .. '-0')
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', silences_kept, '-inf', whole(now), 'LIMIT', 0, 100)) do
    redis.call('ZREM', silences, id)
    redis.call('ZREM', silences_kept, id)
  end
  redis.call('PUBLISH', channel, newest)
end
return answers
