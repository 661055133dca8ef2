--[[
Reads what changed after a revision, deletions included.

KEYS  1 head     as in compare-and-set.lua
      2 values
      3 index
ARGV  1 the life of the state in which the revision was learned; empty where nothing was learned
      2 the revision
      3 how many changes to give at most
      4 how many bytes of values are enough; one change is given all the same
Gives { life; 1 where nothing more follows, else 0;
        { { id; revision; value, nothing where deleted }, ... in order of revision } }
      or { life } alone where the state is not the one in which the revision was learned

Promises: an id appears once, at its newest revision. Asked from page to page, no write is missed.
A life ends where writes may have been lost: when another history of replication begins, as after a restart
and where a replica takes over, and when the state begins anew.
]]
local head, values, index = KEYS[1], KEYS[2], KEYS[3]
local after, limit, enough = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

-- A server that does not tell is taken for one that has no other.
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
local life = history .. '/' .. (redis.call('HGET', head, 'born') or '')
-- Who has seen nothing yet has not seen the state begin.
local known = ARGV[1]
if known ~= '' and known ~= life and (after > 0 or known ~= history .. '/') then
  return { life }
end

-- Each id is followed by its revision. One more than asked for shows whether the page is the last.
local found = redis.call('ZRANGE', index, '(' .. ARGV[2], '+inf', 'BYSCORE', 'LIMIT', 0, limit + 1, 'WITHSCORES')
local changes, bytes = {}, 0
while #changes < limit and #changes < #found / 2 and (bytes < enough or #changes == 0) do
  local id, revision = found[2 * #changes + 1], found[2 * #changes + 2]
  local value = redis.call('HGET', values, id)
  bytes = bytes + (value and #value or 0)
  changes[#changes + 1] = { id, tonumber(revision), value }
end

local complete = #changes == #found / 2
return { life, complete and 1 or 0, changes }
