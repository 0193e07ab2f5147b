// What a session of mixed/io_cpu has open and warm, and how a slice of it is summed up.
#pragma once

#include "workloads/cases/mixed.hpp"
#include "workloads/ground/fs_ground.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/traffic/flow_set.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <utility>
#include <vector>

namespace bench {

class mixed_ground {
public:
    /// Or why this machine has no file for it.
    static std::expected<std::unique_ptr<mixed_ground>, refusal> open(const mixed_shape& shape) {
        auto data = open_data_file(shape.files);
        if (!data) return std::unexpected(std::move(data.error()));
        return std::make_unique<mixed_ground>(shape, std::move(*data));
    }
    mixed_ground(const mixed_shape& shape, std::unique_ptr<data_file> data)
        : shape_(shape), data_(std::move(data)), flows_(shape.streams),
          buffers_(shape.files.depth, shape.files.bytes), latencies_(shape.streams.streams) {}

    [[nodiscard]] const mixed_shape& shape() const noexcept { return shape_; }
    [[nodiscard]] const data_file& data() const noexcept { return *data_; }
    [[nodiscard]] frame_flow& flow(std::size_t stream) { return flows_[stream]; }
    /// Of the reader with that number, of which there are as many as reads may be under way.
    [[nodiscard]] std::span<std::byte> buffer(std::size_t reader) const noexcept { return buffers_[reader]; }

    /// Before a slice, by one thread.
    void begin(const slice_order& order) {
        order_ = order;
        flows_.reset(order.seed);
        for (auto& each : latencies_) each = order.record_latency ? std::make_unique<histogram>() : nullptr;
    }
    /// Where a stream's latencies go, or null: its own, because two streams may move on two threads.
    [[nodiscard]] histogram* latencies(std::size_t stream) const noexcept { return latencies_[stream].get(); }

    /// After it, with the sums of all reads and branches.
    [[nodiscard]] slice_outcome end(std::uint64_t reads, std::uint64_t branches, recorder& into) const {
        slice_outcome done = flows_.outcome();
        done.checksum += reads + branches;
        done.bytes += order_.iterations * shape_.files.count * shape_.files.bytes;
        for (const auto& each : latencies_)
            if (each) into.lane(0).merge(*each);
        return done;
    }

private:
    mixed_shape shape_;
    std::unique_ptr<data_file> data_;
    flow_set flows_;
    block_buffers buffers_;
    std::vector<std::unique_ptr<histogram>> latencies_;
    slice_order order_{};
};

} // namespace bench
