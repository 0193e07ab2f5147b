#include "workloads/contract/workload.hpp"

#include <set>

namespace bench {

bool serves_itself(const parameters& values) { return values.value_or("peer", 0) != 0; }

bool has_batch_peer(const parameters& values) { return values.value_or("peer_class", 0) != 0; }

std::optional<std::string> verify(const workload& asked, const parameters& values, const slice_order& order,
                                  const slice_outcome& outcome) {
    const auto right = asked.expect(values, order);
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
