#include "workloads/contract/workload.hpp"

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
#include "workloads/cases/streams.hpp"

#include <algorithm>
#include <set>

namespace bench {

namespace {

/// Whether there is a parameter of that name, with another value than 0.
bool is_set(const parameters& how, std::string_view name) {
    const auto found = std::ranges::find(how.entries(), name, [](const auto& each) { return each.spec.name; });
    return found != how.entries().end() && found->value != 0;
}

} // namespace

bool serves_itself(const parameters& how) { return is_set(how, "peer"); }

bool has_batch_peer(const parameters& how) { return is_set(how, "peer_class"); }

std::span<const workload> all_workloads() {
    static const std::vector<workload> all = [] {
        std::vector<workload> every;
        for (const auto& family :
             {ping_pong_workloads(), fanout_workloads(), keyed_fanout_workloads(), fork_join_workloads(),
              fs_workloads(), stream_workloads(), churn_workloads(), open_loop_workloads(),
              connections_workloads(), mixed_workloads(), idle_workloads()})
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

std::optional<std::string> verify(const workload& what, const parameters& how, const slice_order& order,
                                  const slice_outcome& outcome) {
    const auto right = what.expect(how, order);
    const auto differs = [](std::string_view figure, std::uint64_t got, std::uint64_t wanted) {
        return "wrong " + std::string(figure) + ": got " + std::to_string(got) + ", expected " +
               std::to_string(wanted);
    };
    if (outcome.operations != right.operations)
        return differs("operation count", outcome.operations, right.operations);
    if (outcome.checksum != right.checksum) return differs("checksum", outcome.checksum, right.checksum);
    if (outcome.bytes != right.bytes) return differs("byte count", outcome.bytes, right.bytes);
    if (right.distinct_threads != 0) {
        const std::set<std::uint64_t> threads(outcome.thread_ids.begin(), outcome.thread_ids.end());
        if (threads.size() != right.distinct_threads)
            return differs("number of distinct threads", threads.size(), right.distinct_threads);
    }
    return std::nullopt;
}

} // namespace bench
