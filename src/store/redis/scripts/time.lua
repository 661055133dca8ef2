--[[
Tells the time.

KEYS  1 any of the shard whose server is asked
Gives this server's clock in milliseconds since the epoch
]]
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
