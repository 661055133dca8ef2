--[[
Tells which layout the state here has.

KEYS  1 head     as in compare-and-set.lua
Gives the number of the layout, 0 where there is no state yet, or -1 where the key is something else
]]
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  return 0
end
return kind == 'hash' and tonumber(redis.call('HGET', KEYS[1], 'layout')) or -1
