// W20–W23 written once for every coroutine-capable backend.
//
// Everything awaited is bound to a name first: g++ 12 destroys some temporaries of a co_await expression twice.
#pragma once

#include "workloads/cases/files.hpp"
#include "workloads/ground/fs_ground.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/scenarios/file_runtime.hpp"
#include "workloads/scenarios/sum_of_all.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <utility>
#include <vector>

namespace bench::scenarios {

/// Which of a slice's operations one task does: `first`, `first + step`, … below `end`.
struct file_share {
    std::uint64_t seed;
    std::uint64_t first;
    std::uint64_t end;
    std::uint64_t step;
};

/// `into` is null where latency is not wanted; the clock is then never read.
template <file_runtime Runtime>
typename Runtime::template task<std::uint64_t> read_blocks(typename Runtime::file& file, file_shape shape,
                                                           file_share share, std::span<std::byte> buffer,
                                                           histogram* into) {
    std::uint64_t sum = 0;
    for (std::uint64_t k = share.first; k < share.end; k += share.step) {
        const std::uint64_t from = into ? now_ns() : 0;
        const std::uint64_t offset = shape.read_offset(share.seed + k);
        const std::size_t got = co_await file.read_at(buffer, offset);
        if (into) into->record(now_ns() - from);
        expect_transferred("read", got, shape.bytes);
        sum += block_sum(buffer);
    }
    co_return sum;
}

/// One slice of fs/read_rtt or fs/read_depth: as many tasks as may be under way, dealt out to the workers.
template <file_runtime Runtime>
typename Runtime::template task<slice_outcome> read_file(Runtime& runtime, typename Runtime::file& file,
                                                         file_shape shape, const block_buffers& buffers,
                                                         slice_order order, recorder& into) {
    const std::uint64_t count = order.iterations * shape.count;
    std::vector<typename Runtime::template joiner<std::uint64_t>> readers;
    readers.reserve(shape.depth);
    for (std::uint64_t k = 0; k < shape.depth; ++k)
        readers.push_back(
            runtime.spawn_on(k % shape.workers,
                             read_blocks<Runtime>(file, shape, file_share{order.seed, k, count, shape.depth},
                                                  buffers[k], order.record_latency ? &into.lane(0) : nullptr)));
    slice_outcome done;
    std::exception_ptr failure;
    done.checksum = co_await sum_of_all<Runtime>(readers, failure);
    if (failure) std::rethrow_exception(failure);
    done.operations = count;
    done.bytes = count * shape.bytes;
    co_return done;
}

template <file_runtime Runtime>
typename Runtime::template task<std::uint64_t> write_blocks(typename Runtime::file& file, file_shape shape,
                                                            file_share share, std::span<std::byte> buffer) {
    std::uint64_t bytes = 0;
    for (std::uint64_t k = share.first; k < share.end; k += share.step) {
        mark_block(buffer, share.seed + k);
        const std::span<const std::byte> block = buffer;
        const std::size_t put = co_await file.write_at(block, shape.write_offset(k));
        expect_transferred("write", put, shape.bytes);
        bytes += put;
    }
    co_return bytes;
}

/// One slice of fs/write_depth.
template <file_runtime Runtime>
typename Runtime::template task<slice_outcome> write_file(Runtime& runtime, typename Runtime::file& file,
                                                          const data_file& data, const block_buffers& buffers,
                                                          slice_order order) {
    const file_shape shape = data.shape();
    slice_outcome done;
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        std::vector<typename Runtime::template joiner<std::uint64_t>> writers;
        writers.reserve(shape.depth);
        for (std::uint64_t k = 0; k < shape.depth; ++k) {
            const file_share share{order.seed + i * shape.count, k, shape.count, shape.depth};
            writers.push_back(
                runtime.spawn_on(k % shape.workers, write_blocks<Runtime>(file, shape, share, buffers[k])));
        }
        std::exception_ptr failure;
        const std::uint64_t bytes = co_await sum_of_all<Runtime>(writers, failure);
        if (failure) std::rethrow_exception(failure);
        done.bytes += bytes;
        co_await file.sync();
        done.operations += shape.count;
        done.checksum += data.sum_of_marks();
    }
    co_return done;
}

struct storm_share {
    file_share files;
    std::uint64_t* bytes; ///< of this task
};

template <file_runtime Runtime>
typename Runtime::template task<std::uint64_t> storm_files(Runtime& runtime, const scratch_folder& folder,
                                                           storm_share share) {
    std::uint64_t sum = 0;
    std::vector<std::byte> contents(storm_shape::most_bytes);
    for (std::uint64_t k = share.files.first; k < share.files.end; k += share.files.step) {
        const std::uint64_t number = share.files.seed + k;
        const storm_names names(folder.path(), k);
        const std::span<const std::byte> all(contents.data(), storm_shape::bytes_of(number));
        auto file = co_await runtime.create_file(names.made);
        const std::size_t put = co_await file.write_at(all, 0);
        expect_transferred("write", put, all.size());
        co_await file.close();
        co_await runtime.rename_file(names.made, names.renamed);
        const std::uint64_t size = co_await runtime.file_size(names.renamed);
        co_await runtime.remove_file(names.renamed);
        sum += storm_shape::sum_of(number, size);
        *share.bytes += size;
    }
    co_return sum;
}

/// One slice of fs/metadata_storm.
template <file_runtime Runtime>
typename Runtime::template task<slice_outcome> metadata_storm(Runtime& runtime, const scratch_folder& folder,
                                                              storm_shape shape, slice_order order) {
    const std::uint64_t count = order.iterations * shape.files;
    std::vector<std::uint64_t> bytes(shape.depth);
    std::vector<typename Runtime::template joiner<std::uint64_t>> tasks;
    tasks.reserve(shape.depth);
    for (std::uint64_t k = 0; k < shape.depth; ++k) {
        const storm_share share{{order.seed, k, count, shape.depth}, &bytes[k]};
        tasks.push_back(runtime.spawn_on(k % shape.workers, storm_files(runtime, folder, share)));
    }
    slice_outcome done;
    std::exception_ptr failure;
    done.checksum = co_await sum_of_all<Runtime>(tasks, failure);
    if (failure) std::rethrow_exception(failure);
    for (const std::uint64_t each : bytes) done.bytes += each;
    done.operations = count;
    folder.expect_empty();
    co_return done;
}

} // namespace bench::scenarios
