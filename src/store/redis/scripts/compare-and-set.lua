--[[
Writes a value if its id still stands at the revision that the writer expects.

KEYS  1 head     hash: layout; born, the first revision ever given out; last, the newest
      2 values   hash: id to value, without the ids that were deleted
      3 index    sorted set: every id ever written, by its newest revision
ARGV  1 id
      2 expected revision; 0: it must not exist
      3 channel
      4 value; absent to delete
Gives { 1 where it wrote, else 0; the revision that now stands, 0 where the id was never written;
        its value, nothing where there is none }

Promises: all of it or nothing. Of concurrent writers with one expectation exactly one writes. A revision
is greater than every earlier one, and no less than the server's time in microseconds: so one that was given
out, and lost with its write when a server failed, is not given out again unless the clock goes back.
Who listens to the channel is told of a write.
]]
local head, values, index = KEYS[1], KEYS[2], KEYS[3]
local id, expected, channel, value = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

local revision = tonumber(redis.call('ZSCORE', index, id) or 0)
local standing = redis.call('HGET', values, id)

-- A deleted id answers to 0, as one that never was, and to the revision of its deletion.
local matches = expected == revision or (not standing and expected == 0)
local deletesNothing = not standing and not value
if not matches or deletesNothing then
  return { 0, revision, standing }
end

local time = redis.call('TIME')
local last = tonumber(redis.call('HGET', head, 'last') or 0)
revision = math.max(last + 1, time[1] * 1000000 + time[2])

if last == 0 then
  redis.call('HSET', head, 'layout', 1, 'born', revision)
end
redis.call('HSET', head, 'last', revision)
redis.call('ZADD', index, revision, id)
if value then
  redis.call('HSET', values, id, value)
else
  redis.call('HDEL', values, id)
end
redis.call('PUBLISH', channel, revision)
return { 1, revision, value or false }
