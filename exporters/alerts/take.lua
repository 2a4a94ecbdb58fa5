#!lua
-- Gives a consumer of a group its next entry: one of its own that it has not acknowledged, one that
-- another has left for too long, or a new one. What was given too often goes to the dead letters.
--
-- KEYS  1 stream, 2 dead letters
-- ARGV  1 group, 2 consumer, 3 ms after which an entry is claimed, 4 deliveries at most, 5 dead letters
--       kept, 6 own entries after this id ('' = all looked at), 7 where to look for abandoned ones,
--       8 '1' = an earlier call had no answer: what it may have given is given again and not counted again
-- Gives id ('' = nothing), fields, its deliveries, where the group stood, own, where (6 and 7 next time),
--       entries that were trimmed before they were acknowledged, entries buried now.
--
-- One entry a call, so that the count of deliveries is that of this entry: a consumer that dies of one must not
-- age all those that would have come with it.

local AT_MOST = 100 -- of what is buried or skipped in one call: a script blocks the server
local stream, dead = KEYS[1], KEYS[2]
local group, consumer, claim_ms, most, kept, own, where, unanswered = unpack(ARGV)
local lost, buried = 0, 0

local function deliveries(id)
  local waiting = redis.call('XPENDING', stream, group, id, id, 1)
  return waiting[1] and waiting[1][4] or 1
end

local function bury(id, fields, times)
  redis.call('XADD', dead, 'MAXLEN', '~', kept, '*', 'stream_id', id, 'consumer', consumer,
    'deliveries', times - 1, unpack(fields))
  redis.call('XACK', stream, group, id)
  buried = buried + 1
end

-- Whether the entry is to be given: the number of times that it was, this one counted; else nil.
local function given(id, fields)
  if not fields then
    redis.call('XACK', stream, group, id)
    lost = lost + 1
    return nil
  end
  local times = deliveries(id)
  if times > tonumber(most) then
    bury(id, fields, times)
    return nil
  end
  return times
end

local function counted_again()
  local answer = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1, 'STREAMS', stream, own)
  return answer and answer[1] and answer[1][2][1]
end

local function as_it_was()
  local waiting = redis.call('XPENDING', stream, group, '(' .. own, '+', 1, consumer)[1]
  if waiting then
    local entry = redis.call('XRANGE', stream, waiting[1], waiting[1])[1]
    return {waiting[1], entry and entry[2]}
  end
end

local function own_next()
  if own == '' then
    return nil
  end
  for _ = 1, AT_MOST do
    local entry
    if unanswered == '1' then
      entry = as_it_was()
    else
      entry = counted_again()
    end
    if not entry then
      own = ''
      return nil
    end
    own = entry[1]
    local times = given(entry[1], entry[2])
    if times then
      return entry, times
    end
  end
end

local function abandoned()
  for _ = 1, AT_MOST do
    local answer = redis.call('XAUTOCLAIM', stream, group, consumer, claim_ms, where, 'COUNT', 1)
    where = answer[1]
    lost = lost + #(answer[3] or {})
    local entry = answer[2][1]
    local times = entry and given(entry[1], entry[2])
    if times then
      return entry, times
    end
    if where == '0-0' then -- all are looked at; a call looks at some of those that others hold
      return nil
    end
  end
end

local function position()
  for _, facts in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local named = {}
    for i = 1, #facts, 2 do
      named[facts[i]] = facts[i + 1]
    end
    if named['name'] == group then
      return named['last-delivered-id']
    end
  end
  return '0-0'
end

local function new()
  local answer = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1, 'STREAMS', stream, '>')
  return answer and answer[1] and answer[1][2][1], 1
end

local stood = position()
local is_new = false
local entry, times = own_next()
if not entry then
  entry, times = abandoned()
end
if not entry then
  is_new = true
  entry, times = new()
end
if not entry then
  return {'', {}, 0, stood, own, where, lost, buried}
end
return {entry[1], entry[2], times, is_new and stood or '', own, where, lost, buried}
