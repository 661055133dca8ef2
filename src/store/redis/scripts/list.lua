--[[
Goes through the values by steps.

KEYS  1 values   as in compare-and-set.lua
      2 index
ARGV  1 cursor: 0 to begin with, then what the last step gave
      2 prefix of the ids that are wanted
      3 about how many values to look at
Gives { the next cursor, 0 at the end; { { id; revision; value }, ... } }

Promises: an id that has a value from the first step to the last is given, at least once.
]]
local step = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[3])
local prefix, found = ARGV[2], {}
for at = 1, #step[2], 2 do
  local id, value = step[2][at], step[2][at + 1]
  if string.sub(id, 1, #prefix) == prefix then
    found[#found + 1] = { id, tonumber(redis.call('ZSCORE', KEYS[2], id)), value }
  end
end
return { step[1], found }
