import { ADD_LUA } from './add-jobs.ts';
import { DELIVERY_JOB, EVENT_JOB, EVENT_OPTIONS } from './job-options.ts';

/**
 * Lua for scripts that add jobs together with what makes them necessary: those of events, given as `key, rank, …`, and
 * those of deliveries, given as `id, data, 0, rank, …`. `root` is the prefix of all keys of the shard.
 */
export const ADD_TOGETHER_LUA = `
${ADD_LUA}
local function addEvents(root, lane, now, events)
  if #events == 0 then return end
  local jobs = {}
  for i = 1, #events, 2 do
    local n = #jobs
    jobs[n + 1], jobs[n + 2], jobs[n + 3], jobs[n + 4] = events[i], cjson.encode({e = events[i]}), 0, events[i + 1]
  end
  addJobs(root .. 'events-' .. lane .. ':', now, '${EVENT_JOB}', '${EVENT_OPTIONS}', jobs, 1)
end

local function addDeliveries(root, provider, lane, now, options, jobs)
  addJobs(root .. 'deliveries-' .. provider .. '-' .. lane .. ':', now, '${DELIVERY_JOB}', options, jobs, 1)
end
`;
