--[[
Makes a lease that is held last from now, or gives it back.

KEYS  1 lease    as in acquire-lease.lua
ARGV  1 holder
      2 token
      3 how long it lasts from now, in milliseconds; 0 gives it back
Gives 1, or 0 where this holding is over: expired, given back or passed on

Promises: what is not held is not touched. Expiry is by this server's clock.
]]
local lease, holder, token, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', lease, 'holder', 'token', 'expires')
if held[1] ~= holder or tonumber(held[2]) ~= token or tonumber(held[3]) <= now then
  return 0
end
redis.call('HSET', lease, 'expires', ttl > 0 and now + ttl or 0)
return 1
