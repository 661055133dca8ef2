-- Posts one body again and again and holds every answer against what it must be.
-- Arguments: the body to post, the length of a whole answer's body, the client's key.
-- Ends with one line of JSON for wrk.ts to read.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong = 0
  answerBytes = tonumber(args[2])
  wrk.method = "POST"
  wrk.body = args[1]
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. args[3]
  post = wrk.format()
end

function request()
  return post
end

function response(status, headers, body)
  if status ~= 200 or #body ~= answerBytes then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local errors = summary.errors
  local wrongAnswers = 0
  for _, thread in ipairs(threads) do
    wrongAnswers = wrongAnswers + thread:get("wrong")
  end
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50Us":%d,"p99Us":%d,"wrong":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    wrongAnswers, errors.connect, errors.read, errors.write, errors.timeout))
end
