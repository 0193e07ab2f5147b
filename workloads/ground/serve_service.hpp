// W60 to W64: what a session has beside its runtime: the way to the load generator.
#pragma once

#include "workloads/cases/serve.hpp"
#include "workloads/ground/control_connection.hpp"
#include "workloads/measure/recorder.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

namespace bench {

class serve_service {
public:
    /// Connects to the load generator, the peer of this process (peer_address.hpp). Throws std::runtime_error
    /// where there is none, std::system_error for what the system says.
    explicit serve_service(const serve_shape& shape);
    serve_service(const serve_service&) = delete;
    serve_service& operator=(const serve_service&) = delete;

    /// The session listens there on 127.0.0.1. Before the first slice.
    void serve_at(std::uint16_t port) noexcept { port_ = port; }

    /// Lets the load generator ask what a slice asks for, and blocks until it has had the last answer.
    /// Latencies go to lane 0. Throws what fail() was told, std::system_error for what the load generator says,
    /// std::runtime_error when it is gone.
    slice_outcome run(const slice_order& order, recorder& into);

    [[nodiscard]] const serve_shape& shape() const noexcept { return shape_; }
    [[nodiscard]] std::size_t frame_bytes() const noexcept {
        return static_cast<std::size_t>(shape_.frame_bytes);
    }
    /// The server cannot go on: ends run(). Not for what one client did. Any thread.
    void fail(std::exception_ptr reason) noexcept { control_.fail(std::move(reason)); }

private:
    void take_latencies(std::uint64_t count, histogram& into) const;

    serve_shape shape_;
    control_connection control_; ///< closed, the load generator resets its connections to the session
    std::uint16_t port_ = 0;
};

} // namespace bench
