#include "workloads/cases/all_workloads.hpp"

#include "workloads/cases/churn.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/cases/fanout.hpp"
#include "workloads/cases/files.hpp"
#include "workloads/cases/fork_join.hpp"
#include "workloads/cases/idle.hpp"
#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/cases/mixed.hpp"
#include "workloads/cases/open_loop.hpp"
#include "workloads/cases/ping_pong.hpp"
#include "workloads/cases/serve.hpp"
#include "workloads/cases/streams.hpp"

#include <algorithm>
#include <vector>

namespace bench {

std::span<const workload> all_workloads() {
    static const std::vector<workload> all = [] {
        std::vector<workload> every;
        for (const auto& family :
             {ping_pong_workloads(), fanout_workloads(), keyed_fanout_workloads(), fork_join_workloads(),
              fs_workloads(), stream_workloads(), churn_workloads(), open_loop_workloads(),
              connections_workloads(), serve_workloads(), mixed_workloads(), idle_workloads()})
            every.insert(every.end(), family.begin(), family.end());
        return every;
    }();
    return all;
}

const workload* find_workload(std::string_view name) {
    const auto all = all_workloads();
    const auto at = std::ranges::find(all, name, &workload::name);
    return at == all.end() ? nullptr : &*at;
}

} // namespace bench
