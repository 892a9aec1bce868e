-- Plays requests from a file, one JSON body and one cookie a line (tab between), in random order.
local lines = {}
function init(args)
  math.randomseed(7)
  for line in io.lines(args[1]) do
    local cookie, body = line:match("([^\t]*)\t(.*)")
    lines[#lines + 1] = { cookie = cookie, body = body }
  end
end
function request()
  local one = lines[math.random(#lines)]
  return wrk.format("POST", nil, {
    ["content-type"] = "application/json", ["accept"] = "application/json",
    ["x-zhibu-csrf"] = "1", ["cookie"] = one.cookie,
  }, one.body)
end
local told = false
function response(status, _, body)
  if not told and (status ~= 200 or body:find('"errors"', 1, true)) then
    told = true
    io.stdout:write("BAD ", tostring(status), " ", body:sub(1, 300), "\n")
  end
end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration, latency:percentile(99)))
end
