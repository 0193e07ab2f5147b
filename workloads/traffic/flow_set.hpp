// The flows of all streams of a session.
#pragma once

#include "workloads/traffic/frame_flow.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bench {

/// Each on cache lines of its own: they move on different workers.
class flow_set {
public:
    explicit flow_set(const stream_shape& shape) {
        for (std::uint64_t i = 0; i < shape.streams; ++i) flows_.push_back(std::make_unique<kept>(shape, i));
    }
    [[nodiscard]] frame_flow& operator[](std::size_t index) { return flows_[index]->flow; }
    void reset(std::uint64_t seed) noexcept {
        for (auto& each : flows_) each->flow.reset(seed);
    }
    /// What all of them have done since reset().
    [[nodiscard]] slice_outcome outcome() const {
        slice_outcome all;
        for (const auto& each : flows_) {
            all.operations += each->flow.frames();
            all.checksum += each->flow.checksum();
            all.bytes += each->flow.bytes();
        }
        return all;
    }

private:
    struct alignas(128) kept {
        kept(const stream_shape& shape, std::uint64_t index) : flow(shape, index) {}
        frame_flow flow;
    };
    std::vector<std::unique_ptr<kept>> flows_;
};

} // namespace bench
