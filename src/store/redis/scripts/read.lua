--[[
Reads one value.

KEYS  1 values   as in compare-and-set.lua
      2 index
ARGV  1 id
Gives { its revision; its value }, or nothing where there is no value

Promises: revision and value belong together.
]]
local value = redis.call('HGET', KEYS[1], ARGV[1])
return value and { tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1])), value }
