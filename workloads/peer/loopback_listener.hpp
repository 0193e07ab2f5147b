// A listening socket for backends that are given an open one.
#pragma once

#include <cstdint>

namespace bench {

/// Listens on 127.0.0.1 and a port that the kernel chooses. Close-on-exec, blocking; the backlog is the
/// kernel's limit. Owns the socket until it is taken.
class loopback_listener {
public:
    /// Throws std::system_error.
    loopback_listener();
    loopback_listener(loopback_listener&& other) noexcept;
    loopback_listener& operator=(loopback_listener&&) = delete;
    ~loopback_listener();

    [[nodiscard]] int socket() const noexcept { return socket_; }
    /// The caller closes it.
    [[nodiscard]] int take() noexcept;
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

} // namespace bench
