// W37: what a session has beside its runtime: the way to the client, and the account of what was served.
#pragma once

#include "workloads/cases/churn.hpp"
#include "workloads/ground/control_connection.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <utility>

namespace bench {

class churn_service {
public:
    /// Connects to the client, the peer of this process (peer_address.hpp). Throws std::runtime_error where
    /// there is none, std::system_error for what the system says.
    explicit churn_service(const churn_shape& shape);
    churn_service(const churn_service&) = delete;
    churn_service& operator=(const churn_service&) = delete;

    /// Of a listener of the session, before the first slice.
    void serve_at(std::size_t listener, std::uint16_t port) noexcept { ports_[listener] = port; }

    /// Lets the client make the connections of a slice and blocks until it has seen the last one closed. Throws
    /// what fail() was told, std::system_error for what the client says, std::runtime_error when it is gone.
    slice_outcome run(const slice_order& order);

    /// Of a connection.
    [[nodiscard]] std::size_t frame_bytes() const noexcept {
        return static_cast<std::size_t>(shape_.frame_bytes);
    }
    /// A connection's frame has gone back and the server closes it now. Any thread.
    void served() noexcept { served_.fetch_add(1, std::memory_order_relaxed); }
    /// The server cannot go on: ends run(). Any thread.
    void fail(std::exception_ptr reason) noexcept { control_.fail(std::move(reason)); }
    /// A connection ended before its frame had come.
    void fail_short() noexcept;

private:
    churn_shape shape_;
    control_connection control_;
    std::array<std::uint16_t, churn_listeners> ports_{};
    alignas(128) std::atomic<std::uint64_t> served_{0};
};

} // namespace bench
