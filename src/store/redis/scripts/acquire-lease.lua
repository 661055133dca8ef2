--[[
Takes a free or expired lease, or extends the one that the holder has.

KEYS  1 lease    hash: holder; token; expires, in milliseconds since the epoch, 0 where it was given back
ARGV  1 holder
      2 how long it lasts from now, in milliseconds
Gives the token of the holding, or nothing where somebody else holds it

Promises: expiry is by this server's clock. The token of a new holding is greater than every earlier one, and
no less than the server's time in microseconds, so that a server that lost its leases does not repeat a token.
Not promised: where a server takes over that had not heard of the newest holding, two may hold it for a while.
]]
local lease, holder, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
local held = redis.call('HMGET', lease, 'holder', 'token', 'expires')
local token = tonumber(held[2] or 0)

if tonumber(held[3] or 0) <= now then
  token = math.max(token + 1, micros)
elseif held[1] ~= holder then
  return false
end

redis.call('HSET', lease, 'holder', holder, 'token', token, 'expires', now + ttl)
return token
