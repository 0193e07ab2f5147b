// W40, written once for every coroutine-capable backend.
#pragma once

#include "workloads/ground/mixed_ground.hpp"
#include "workloads/scenarios/files.hpp"
#include "workloads/scenarios/streams.hpp"
#include "workloads/scenarios/sum_of_all.hpp"

#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

namespace bench::scenarios {

template <class Runtime>
concept mixed_runtime = file_runtime<Runtime> && stream_runtime<Runtime> &&
    requires(Runtime& runtime, const mixed_shape& shape, std::uint64_t number) {
    /// Starts a branch where the runtime likes to compute beside what it waits for.
    { runtime.spawn_branch(shape, number) } -> std::same_as<typename Runtime::template joiner<std::uint64_t>>;
};

/// One slice. The branches are started last: the reads and echoes are then under way.
template <mixed_runtime Runtime>
typename Runtime::template task<slice_outcome> mixed(Runtime& runtime, typename Runtime::file& file,
                                                     mixed_ground& ground, slice_order order, recorder& into) {
    using joiner = typename Runtime::template joiner<std::uint64_t>;
    const mixed_shape& shape = ground.shape();
    std::vector<joiner> streams;
    std::vector<joiner> reads;
    std::vector<joiner> branches;
    std::uint64_t read_sum = 0;
    std::uint64_t branch_sum = 0;
    ground.begin(order);
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        for (std::size_t stream = 0; stream < shape.streams.streams; ++stream)
            streams.push_back(runtime.spawn_for_stream(stream, move_frames(runtime, stream, ground.flow(stream),
                                                                           shape.streams.hot_frames,
                                                                           ground.latencies(stream))));
        const std::uint64_t first_read = order.seed + i * shape.files.count;
        for (std::uint64_t k = 0; k < shape.files.depth; ++k) {
            const file_share share{first_read, k, shape.files.count, shape.files.depth};
            reads.push_back(
                runtime.spawn_on(k % shape.workers(),
                                 read_blocks<Runtime>(file, shape.files, share, ground.buffer(k), nullptr)));
        }
        for (std::uint64_t k = 0; k < shape.branches; ++k)
            branches.push_back(runtime.spawn_branch(shape, order.seed + i * shape.branches + k));
        std::exception_ptr failure;
        [[maybe_unused]] const std::uint64_t moved = co_await sum_of_all<Runtime>(streams, failure);
        const std::uint64_t of_reads = co_await sum_of_all<Runtime>(reads, failure);
        const std::uint64_t of_branches = co_await sum_of_all<Runtime>(branches, failure);
        if (failure) std::rethrow_exception(failure);
        read_sum += of_reads;
        branch_sum += of_branches;
    }
    co_return ground.end(read_sum, branch_sum, into);
}

} // namespace bench::scenarios
