-- For wrk: `-- MODE EXPECTED`, a file. MODE "check" holds every answer against it, "count" only counts them, which costs the
-- client less.
local thread

function setup(of)
    thread = of
end

local function contents(name)
    local file = assert(io.open(name, "rb"))
    local all = file:read("*a")
    file:close()
    return all
end

wrong = 0
checked = 0

function init(arguments)
    local expected = contents(arguments[2])
    if arguments[1] == "check" then
        function response(status, _, body)
            checked = checked + 1
            if status ~= 200 or body ~= expected then wrong = wrong + 1 end
        end
    end
end

function done(summary)
    local errors = summary.errors
    print(string.format("counted requests=%d microseconds=%d bytes=%d checked=%d wrong=%d connect=%d read=%d write=%d "
        .. "status=%d timeout=%d", summary.requests, summary.duration, summary.bytes, thread:get("checked"),
        thread:get("wrong"), errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
